// The version of Garderobe, as CMakeLists.txt has it.
#ifndef GARDEROBE_CORE_BASE_VERSION_H_
#define GARDEROBE_CORE_BASE_VERSION_H_

namespace garderobe {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace garderobe

#endif  // GARDEROBE_CORE_BASE_VERSION_H_
