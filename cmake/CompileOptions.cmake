# Standard, warnings, hardening and sanitizers, on one interface target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(GARDEROBE_SANITIZE "" CACHE STRING "address,undefined or thread; empty for none")
option(GARDEROBE_FUZZ "Build the fuzz targets (clang)" OFF)

add_library(garderobe_options INTERFACE)
target_include_directories(garderobe_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(garderobe_options INTERFACE
  -Wall -Wextra -Werror -Wno-dangling-else $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local> -Wnon-virtual-dtor
  -fstack-protector-strong -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(garderobe_options INTERFACE
    -Wthread-safety -Wno-unused-private-field)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 takes the union in StatusOr for uninitialised; clang still warns.
  target_compile_options(garderobe_options INTERFACE -Wno-maybe-uninitialized)
endif()
if(GARDEROBE_SANITIZE STREQUAL thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Boost.Asio has a fence that this sanitizer does not follow.
  target_compile_options(garderobe_options INTERFACE -Wno-tsan)
endif()
if(GARDEROBE_SANITIZE)
  add_compile_options(-fsanitize=${GARDEROBE_SANITIZE} -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${GARDEROBE_SANITIZE})
else()
  # _FORTIFY_SOURCE needs optimisation and quarrels with sanitizers.
  target_compile_definitions(garderobe_options INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
endif()
if(GARDEROBE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_link_options(-Wl,-z,relro,-z,now)
# A program needs no library that it does not use, with every compiler: which
# ones a daemon has is looked at (tests/e2e/separation_test.cc).
add_link_options(-Wl,--as-needed)
