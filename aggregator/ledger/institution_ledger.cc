#include "aggregator/ledger/institution_ledger.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/base/columns.h"
#include "core/catalogue/codes.h"
#include "core/sealing/handles.h"

namespace garderobe::aggregator {
namespace {

// A new block of this size or larger is left alone.
constexpr size_t kJoinRowsBelow = 4096;
constexpr uint32_t kBlocksMax = 1 << 18;
constexpr size_t kEventsMax = 1 << 20;

}  // namespace

absl::StatusOr<std::unique_ptr<InstitutionLedger>> InstitutionLedger::Load(
    const Store& store, uint32_t institution) {
  std::unique_ptr<InstitutionLedger> ledger(
      new InstitutionLedger(store, institution));
  GARDEROBE_RETURN_IF_ERROR(ledger->LoadAll());
  return ledger;
}

absl::Status InstitutionLedger::LoadAll() {
  const std::string prefix = KeyOf(institution_);
  const auto damaged = [] { return DataLoss("a table is damaged"); };
  auto each = [&](Family family, auto take) -> absl::Status {
    const auto it = store_.NewIterator(family);
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix);
         it->Next()) {
      GARDEROBE_RETURN_IF_ERROR(
          take(AsView(it->key()).substr(prefix.size()), AsView(it->value())));
    }
    return FromRocks(it->status());
  };
  GARDEROBE_RETURN_IF_ERROR(each(kEvents, [&](auto, auto value) {
    Event event;
    if (!Decode(value, &event)) return damaged();
    AddEvent(std::move(event));
    return absl::OkStatus();
  }));
  GARDEROBE_RETURN_IF_ERROR(each(kHandles, [&](auto key, auto value) {
    if (key.size() != 16 || value.size() != 4) return damaged();
    const auto number = GetBigEndian<uint32_t>(value.data());
    relations_[AggregatorHandle::From(key)] = number;
    next_relation_ = std::max(next_relation_, number + 1);
    return absl::OkStatus();
  }));
  // First who is last, then what they add up to: a row that was replaced is
  // never counted.
  std::vector<VisitBlock> blocks;
  GARDEROBE_RETURN_IF_ERROR(each(kBlocks, [&](auto, auto value) {
    auto block = DecodeBlock(value);
    if (!block.ok()) return block.status();
    for (size_t row = 0; row < block->rows.size(); ++row) {
      if (block->rows[row].event >= events_.size()) return damaged();
      index_[block->Key(row)] = MakeLocator(block_count_, row);
    }
    ++block_count_;
    block_rows_.push_back(static_cast<uint32_t>(block->rows.size()));
    block->visit_ids.shrink_to_fit();
    blocks.push_back(*std::move(block));
    return absl::OkStatus();
  }));
  for (uint32_t number = 0; number < blocks.size(); ++number) {
    for (uint32_t row = 0; row < blocks[number].rows.size(); ++row) {
      if (IsLive(blocks[number], number, row)) {
        tally_.Count(blocks[number].rows[row], +1);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<VisitBlock> InstitutionLedger::ReadBlock(uint32_t number) const {
  GARDEROBE_ASSIGN_OR_RETURN(const std::string bytes,
                             store_.Get(kBlocks, KeyOf(institution_, number)));
  return DecodeBlock(bytes);
}

void InstitutionLedger::AddEvent(Event event) {
  event_numbers_.emplace(Encode(event), static_cast<uint32_t>(events_.size()));
  tally_.AddEvent(event);
  events_.push_back(std::move(event));
}

uint32_t InstitutionLedger::EventNumber(Event event,
                                        rocksdb::WriteBatch& batch) {
  const std::string bytes = Encode(event);
  const auto known = event_numbers_.find(bytes);
  if (known != event_numbers_.end()) return known->second;
  const auto number = static_cast<uint32_t>(events_.size());
  batch.Put(store_.family(kEvents), KeyOf(institution_, number), bytes);
  AddEvent(std::move(event));
  return number;
}

uint32_t InstitutionLedger::FindOrAddRelation(const AggregatorHandle& handle,
                                              rocksdb::WriteBatch& batch) {
  const auto [entry, is_new] = relations_.try_emplace(handle, next_relation_);
  if (is_new) {
    ++next_relation_;
    std::string value;
    PutBigEndian(value, entry->second);
    batch.Put(store_.family(kHandles), HandleKey(institution_, handle), value);
  }
  return entry->second;
}

absl::Status InstitutionLedger::Uncount(std::vector<Locator> rows) {
  // Each block is read once, however the corrections are scattered over them.
  std::sort(rows.begin(), rows.end());
  VisitBlock block;
  uint32_t number = UINT32_MAX;
  for (const Locator row : rows) {
    if (row >> 14 != number) {
      number = row >> 14;
      GARDEROBE_ASSIGN_OR_RETURN(block, ReadBlock(number));
    }
    tally_.Count(block.rows[row & 0x3fff], -1);
  }
  return absl::OkStatus();
}

absl::StatusOr<VisitBlock> InstitutionLedger::TakeSmallTail(
    size_t rows, rocksdb::WriteBatch& batch) {
  std::vector<VisitBlock> taken;
  while (block_count_ > 0 && rows < kJoinRowsBelow &&
         block_rows_.back() <= rows) {
    const uint32_t number = block_count_ - 1;
    GARDEROBE_ASSIGN_OR_RETURN(VisitBlock block, ReadBlock(number));
    const Column<VisitId> ids(block.visit_ids);
    VisitBlock live;
    for (uint32_t row = 0; row < block.rows.size(); ++row) {
      if (!IsLive(block, number, row)) continue;
      live.visit_ids += ids[row].view();
      live.rows.push_back(block.rows[row]);
    }
    batch.Delete(store_.family(kBlocks), KeyOf(institution_, number));
    rows += live.rows.size();
    taken.push_back(std::move(live));
    block_rows_.pop_back();
    --block_count_;
  }
  VisitBlock joined;
  for (auto block = taken.rbegin(); block != taken.rend(); ++block) {
    joined.visit_ids += block->visit_ids;
    joined.rows.insert(joined.rows.end(), block->rows.begin(),
                       block->rows.end());
  }
  return joined;
}

absl::StatusOr<InstitutionLedger::Applied> InstitutionLedger::Append(
    VisitBatch visits, const std::vector<uint32_t>& relations,
    rocksdb::WriteBatch& batch) {
  if (block_count_ + 1 >= kBlocksMax) {
    return ResourceExhausted("the institution has too many blocks of visits");
  }
  if (events_.size() + visits.events.size() > kEventsMax) {
    return ResourceExhausted("the institution has too many events");
  }
  // An event that no accepted row names is not kept.
  std::vector<std::optional<uint32_t>> event_number(visits.events.size());
  auto number_of = [&](uint32_t event) {
    if (!event_number[event]) {
      event_number[event] = EventNumber(std::move(visits.events[event]), batch);
    }
    return *event_number[event];
  };
  GARDEROBE_ASSIGN_OR_RETURN(VisitBlock block,
                             TakeSmallTail(visits.rows.size(), batch));
  const uint32_t number = block_count_;
  for (size_t row = 0; row < block.rows.size(); ++row) {
    index_[block.Key(row)] = MakeLocator(number, row);
  }
  const Column<VisitId> ids(visits.visit_ids);
  Applied applied;
  std::vector<Locator> superseded;  // rows of earlier blocks
  for (size_t i = 0; i < visits.rows.size(); ++i) {
    if (visits.is_refused[i]) continue;
    VisitRow row = visits.rows[i];
    row.relation = relations[i];
    row.event = number_of(row.event);
    block.visit_ids += ids[i].view();
    block.rows.push_back(row);
    const size_t at = block.rows.size() - 1;
    const auto [entry, is_new] =
        index_.try_emplace(block.Key(at), MakeLocator(number, at));
    if (!is_new) {
      const uint32_t old_block = entry->second >> 14,
                     old_row = entry->second & 0x3fff;
      if (old_block == number) {
        tally_.Count(block.rows[old_row], -1);
      } else {
        superseded.push_back(entry->second);
      }
      entry->second = MakeLocator(number, at);
      ++applied.replaced;
    }
    tally_.Count(row, +1);
    ++applied.accepted;
  }
  GARDEROBE_RETURN_IF_ERROR(Uncount(std::move(superseded)));
  if (block.rows.empty()) return applied;
  batch.Put(store_.family(kBlocks), KeyOf(institution_, number),
            EncodeBlock(block));
  block_rows_.push_back(static_cast<uint32_t>(block.rows.size()));
  ++block_count_;
  return applied;
}

v1::Mirror InstitutionLedger::MakeMirror(const std::string& institution,
                                         uint64_t version) const {
  v1::Mirror mirror;
  mirror.set_institution(institution);
  mirror.set_version(version);
  tally_.AddTo(events_, &mirror);
  return mirror;
}

}  // namespace garderobe::aggregator
