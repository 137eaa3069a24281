// What every message about damaged data ends with.
#ifndef GARDEROBE_CORE_BASE_DAMAGE_H_
#define GARDEROBE_CORE_BASE_DAMAGE_H_

namespace garderobe {

inline constexpr char kWhatToDoAboutDamage[] =
    "put back a copy (of a store: its whole folder); docs/operating.md, "
    "Damage, tells how";

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_DAMAGE_H_
