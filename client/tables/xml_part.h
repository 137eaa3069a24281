// One XML part of a packed document (XLSX), read in pieces: libzip unpacks,
// expat parses.
#ifndef GARDEROBE_CLIENT_TABLES_XML_PART_H_
#define GARDEROBE_CLIENT_TABLES_XML_PART_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace garderobe::client {

// Attributes of an element, by name without namespace.
class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  // Empty when there is none.
  std::string_view Get(std::string_view name) const;

 private:
  const char** pairs_;
};

// Names come without their namespace.
struct XmlEvents {
  std::function<void(std::string_view name, const Attributes&)> begin;
  std::function<void(std::string_view name)> end;
  std::function<void(std::string_view text)> text;
};

// Not thread-safe.
class PackedDocument {
 public:
  // NotFound: can't be opened. InvalidArgument: not a packed file.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<PackedDocument>> Open(
      const std::string& path);
  ~PackedDocument();
  bool Has(const std::string& part) const;

 private:
  friend class XmlPart;
  PackedDocument() = default;
  void* archive_ = nullptr;  // zip_t
};

class XmlPart {
 public:
  // What a part may unpack to: a full sheet of Excel has some 2 GiB.
  static constexpr uint64_t kBytesMax = uint64_t{8} << 30;

  // `document` and `events` outlive the part. InvalidArgument: no such part.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<XmlPart>> Open(
      PackedDocument& document, const std::string& name, XmlEvents events);
  ~XmlPart();

  // Parses 64 KiB more; false at the end. InvalidArgument: broken.
  [[nodiscard]] absl::StatusOr<bool> Parse();
  // All that is left.
  [[nodiscard]] absl::Status ParseAll();
  // Between 0 and 1: how far it has come.
  double progress() const;

 private:
  XmlPart() = default;
  struct Handlers;

  XmlEvents events_;
  void* file_ = nullptr;    // zip_file_t
  void* parser_ = nullptr;  // XML_Parser
  uint64_t bytes_ = 0, total_ = 0;
  bool done_ = false;
};

}  // namespace garderobe::client

#endif  // GARDEROBE_CLIENT_TABLES_XML_PART_H_
