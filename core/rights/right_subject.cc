#include "core/rights/right_subject.h"

#include "core/base/columns.h"

namespace garderobe {

absl::StatusOr<RightSubject> SubjectOf(
    const v1::ExerciseRightRequest& request) {
  RightSubject subject;
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
  if (identity.point_a().size() != Element::kBytes ||
      identity.point_home().size() != Element::kBytes ||
      !points.HasRows(points.size())) {
    return InvalidArgument("identity: points of 32 bytes");
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
