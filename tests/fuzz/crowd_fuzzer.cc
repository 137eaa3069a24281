// Any answer of a TTP to an auditor, as messages and as a file: read or
// refused; and whatever was read is checked without breaking, and never holds.
#include "client/audit/crowd_check.h"
#include "client/audit/crowd_file.h"
#include "core/audit/crowd_pages.h"
#include "core/audit/crowd_proof.h"

namespace {

using namespace garderobe;

// Keys of nobody.
CrowdKeys RandomKeys() {
  const Element point = RandomElement();
  CrowdKeys keys{
      {point, point, point}, {point, point, point}, {}, {}, 1, {1, 1, 1}};
  for (uint32_t kind = 0; kind < kKindCount; ++kind) keys.kinds[kind] = point;
  keys.home[kHomeSlot] = point;
  return keys;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const CrowdKeys keys = RandomKeys();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto file = client::ReadCrowdText(text);
  if (file.ok()) {
    GARDEROBE_CHECK(!client::AllHold(client::CheckCrowd(*file, {})));
    GARDEROBE_CHECK(!VerifyCrowdRows(file->crowd, keys).ok());
    GARDEROBE_CHECK(!VerifyCrowdHomes(file->crowd, keys).ok());
    const std::string again = client::CrowdFileText(*file);
    const auto back = client::ReadCrowdText(again);
    GARDEROBE_CHECK(back.ok() && client::CrowdFileText(*back) == again);
  }
  // A crowd of one page.
  v1::CrowdPage page;
  if (!page.ParseFromArray(data, static_cast<int>(size))) return 0;
  v1::CrowdHead head;
  head.set_answer_id(std::string(AnswerId::kBytes, 'i'));
  head.set_rows(static_cast<uint32_t>(page.outputs().kinds_size()));
  head.set_page_rows(kCrowdPageRows);
  auto reader = CrowdReader::Begin(head);
  if (!reader.ok() || !reader->Take(page).ok() || reader->pages() != 1) {
    return 0;
  }
  const ShownCrowd crowd = reader->Finish();
  GARDEROBE_CHECK(crowd.inputs.size() == crowd.outputs.size());
  GARDEROBE_CHECK(PageOf(crowd, 0).outputs().points_b() ==
                  page.outputs().points_b());
  return 0;
}
