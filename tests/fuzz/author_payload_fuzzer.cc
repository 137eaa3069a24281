// Any payload behind a seal that holds: decompressed within its bound or
// refused, and what is taken has one of the padded sizes.
#include "core/sealing/author_payload.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace garderobe;
  constexpr size_t kColumnsMax = 1 << 16;
  static const AuthorSeed author = AuthorSeed::Random();
  static const AuthorKey key = AuthorKeyOf(author);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const BatchPlace place{SealedKind::kVisits, "museum-x", "files", 0, 1};
  const auto decoded = DecodeAuthored(text, kColumnsMax);
  if (decoded.ok()) {
    GARDEROBE_CHECK(decoded->columns.size() <= kColumnsMax);
    GARDEROBE_CHECK(PaddedPayloadBytes(size) == size);
    GARDEROBE_CHECK(!IsAuthoredBy(key, place, 1, *decoded));
  }
  // The same bytes as columns come back as they were.
  const auto back =
      DecodeAuthored(EncodeAuthored(author, place, 1, {}, text), size);
  GARDEROBE_CHECK(back.ok() && back->columns == text);
  GARDEROBE_CHECK(IsAuthoredBy(key, place, 1, *back));
  return 0;
}
