// The questions: looked up, never computed on people (answers.md, 1).
#ifndef GARDEROBE_ANSWER_QUESTIONS_H_
#define GARDEROBE_ANSWER_QUESTIONS_H_

#include "answer/answer_store.h"
#include "core/register/register_store.h"
#include "core/rpc/peer.h"

namespace garderobe::answer {

// Thread-safe. Both outlive it.
class Questions {
 public:
  Questions(AnswerStore& store, const RegisterStore& institutions)
      : store_(store), institutions_(institutions) {}

  // PermissionDenied: `asker` is not of that institution. InvalidArgument:
  // not a split or not a date. NotFound: no such institution.
  [[nodiscard]] absl::StatusOr<v1::QueryOwnResponse> Own(
      const Peer& asker, const v1::QueryOwnRequest& request);

  // PermissionDenied: an institution asks about another. InvalidArgument: not
  // in the catalogue. NotFound: no such institution, or not published.
  [[nodiscard]] absl::StatusOr<v1::QueryResponse> Protected(
      const Peer& asker, const v1::QueryRequest& request);

  v1::GetCatalogueResponse Catalogue() const;
  v1::GetPeriodsResponse Periods();

 private:
  AnswerStore& store_;
  const RegisterStore& institutions_;
};

}  // namespace garderobe::answer

#endif  // GARDEROBE_ANSWER_QUESTIONS_H_
