// What the commands ask for that take two custodians: the same arguments for
// those who approve and for those who act.
#ifndef GARDEROBE_CLIENT_CLI_CUSTODY_ARGUMENTS_H_
#define GARDEROBE_CLIENT_CLI_CUSTODY_ARGUMENTS_H_

#include <memory>
#include <string>

#include "core/base/civil_time.h"
#include "core/base/status.h"
#include "core/custody/requests.h"

namespace CLI {
class App;
}

namespace garderobe::client {

// Of one party. Each kind of arguments adds its own to a command; the values
// are there when the command runs.
class CustodyArguments {
 public:
  virtual ~CustodyArguments() = default;
  virtual void AddTo(CLI::App& command) = 0;
  // Checked: InvalidArgument names the option.
  [[nodiscard]] virtual absl::Status Check() const = 0;
  virtual std::string party() const = 0;
  virtual CustodyRequest Request() const = 0;
  // The arguments as they are written behind `garderobe custodian approve`.
  virtual std::string Words() const = 0;
};

struct BudgetArguments final : CustodyArguments {
  std::string institution, month;
  uint64_t tokens = 0;
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override { return "ttp"; }
  CustodyRequest Request() const override;
  std::string Words() const override;
};

struct CapArguments final : CustodyArguments {
  uint64_t tokens = 0, identities = 0;  // one of the two
  // Hexadecimal; with identities, whose own quota. Empty: the cap over all.
  std::string access_key;
  std::string month;
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override { return "vault"; }
  CustodyRequest Request() const override;
  std::string Words() const override;
  // Its 32 bytes, or none; Check has found it to be one.
  std::string AccessKey() const;
};

struct ReviewArguments final : CustodyArguments {
  std::string what;  // explain, unlink or relink; an argument where it is empty
  std::string first, second;  // tickets, hexadecimal
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override { return "vault"; }
  CustodyRequest Request() const override;
  std::string Words() const override;
  // The bytes of a ticket. InvalidArgument: not 64.
  [[nodiscard]] absl::StatusOr<std::string> Ticket(const std::string& hex,
                                                   const char* which) const;
};

struct RetentionArguments final : CustodyArguments {
  std::string institution, day;
  bool at_vault = false;
  uint64_t more = 0;
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override {
    return at_vault ? "vault" : "aggregator";
  }
  CustodyRequest Request() const override;
  std::string Words() const override;
};

struct ClockArguments final : CustodyArguments {
  std::string at, day;
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override { return at; }
  CustodyRequest Request() const override;
  std::string Words() const override;
};

struct WithdrawalArguments final : CustodyArguments {
  std::string request, commitment;  // hexadecimal
  void AddTo(CLI::App& command) override;
  absl::Status Check() const override;
  std::string party() const override { return "vault"; }
  CustodyRequest Request() const override;
  std::string Words() const override;
  // 16 and 32 bytes; Check has found them to be that.
  std::string RequestBytes() const;
  std::string CommitmentBytes() const;
};

// A day as it was written, "2026-11-28", which Check has found to be one.
int32_t DayOf(const std::string& iso);

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_CLI_CUSTODY_ARGUMENTS_H_
