#include "core/register/register_store.h"

#include <filesystem>
#include <fstream>

#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace garderobe {
namespace {

class RegisterStoreTest : public ::testing::Test {
 protected:
  RegisterStoreTest() {
    for (const char* id : {"museum-01", "podium-02"}) {
      auto* institution = register_.add_institutions();
      institution->set_id(id);
      institution->set_subsector("museum");
      institution->add_clients("vendor-a");
    }
    EXPECT_THAT(RegisterStore::Write(path_, register_), IsOk());
    bytes_ = *ReadWholeFile(path_);
  }
  ~RegisterStoreTest() override { std::filesystem::remove(path_); }
  void Overwrite(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  const std::string path_ = ::testing::TempDir() + "/register.pb";
  v1::Register register_;
  std::string bytes_;
};

TEST_F(RegisterStoreTest, OpensWhatWasWritten) {
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  EXPECT_EQ((*store)->Get()->size(), 2u);
}

// A register that was cut short was once taken for a shorter one, and an
// emptied one for a register of nobody: with it went every agreement.
TEST_F(RegisterStoreTest, ARegisterCutAnywhereIsRefused) {
  for (size_t size = 0; size < bytes_.size(); ++size) {
    Overwrite(bytes_.substr(0, size));
    EXPECT_THAT(
        RegisterStore::Open(path_).status(),
        StatusIs(absl::StatusCode::kDataLoss, ::testing::HasSubstr(path_)))
        << size;
  }
}

TEST_F(RegisterStoreTest, ADamagedFileOnReloadLeavesWhatWasKnown) {
  const auto store = RegisterStore::Open(path_);
  ASSERT_THAT(store, IsOk());
  Overwrite("");
  EXPECT_THAT((*store)->Reload(), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ((*store)->Get()->size(), 2u);
}

}  // namespace
}  // namespace garderobe
