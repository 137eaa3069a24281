# garderobe_library(core_base SOURCES a.cc DEPS x y)
# One target per library, alias garderobe::<name>.
function(garderobe_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_library(garderobe_${name} STATIC ${A_SOURCES})
  add_library(garderobe::${name} ALIAS garderobe_${name})
  target_link_libraries(garderobe_${name} PUBLIC ${A_DEPS} PRIVATE garderobe_options)
endfunction()

# garderobe_test(core_base SOURCES a_test.cc DEPS garderobe::core_base [LABELS e2e] [TIMEOUT 60])
# One test binary per library, one ctest per binary.
function(garderobe_test name)
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  add_executable(${name}_test ${A_SOURCES})
  target_link_libraries(${name}_test PRIVATE ${A_DEPS} garderobe_options
    garderobe::tests_support GTest::gmock GTest::gtest_main)
  # Mostly headers, which all of a test's sources share: compiled together.
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  # A test's own code runs once, and takes long to optimise.
  target_compile_options(${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  add_test(NAME ${name} COMMAND ${name}_test)
  # What tests write is in the build's folder, and a user's own.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/test-files/${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}"
    ENVIRONMENT "TEST_TMPDIR=${CMAKE_BINARY_DIR}/test-files/${name}/;LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/leaks.txt:print_suppressions=0")
endfunction()

# garderobe_binary(ttpd SOURCES main.cc DEPS ...): a program in bin/.
function(garderobe_binary name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE ${A_DEPS} garderobe_options)
endfunction()
