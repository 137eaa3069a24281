#include "core/rights/right_subject.h"

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/columns.h"

namespace garderobe {

absl::StatusOr<RightSubject> SubjectOf(
    const v1::ExerciseRightRequest& request) {
  RightSubject subject;
  if (request.institution().size() > 255) {
    return InvalidArgument("institution: the name is too long");
  }
  subject.right = static_cast<VisitorRight>(request.right());
  subject.institution = request.institution();
  if (request.has_handle()) {
    if (request.handle().size() != Handle::kBytes ||
        Handle::From(request.handle()).is_zero()) {
      return InvalidArgument("handle: 16 bytes, not zero");
    }
    subject.handle = Handle::From(request.handle());
    return subject;
  }
  if (!request.has_identity()) {
    return InvalidArgument("subject: a handle or an identity");
  }
  const v1::SealedIdentity& identity = request.identity();
  const Column<Element> points(identity.points_b());
  // No more points than kinds: what is committed to has a length of two bytes.
  const auto kinds = static_cast<size_t>(std::popcount(identity.kinds()));
  if (identity.point_a().size() != Element::kBytes ||
      identity.point_home().size() != Element::kBytes ||
      !points.HasRows(kinds)) {
    return InvalidArgument("identity: points of 32 bytes, one for each kind");
  }
  subject.kinds = identity.kinds();
  subject.point_a = Element::From(identity.point_a());
  for (size_t i = 0; i < points.size(); ++i) {
    subject.points_b.push_back(points[i]);
  }
  subject.point_home = Element::From(identity.point_home());
  return subject;
}

}  // namespace garderobe
