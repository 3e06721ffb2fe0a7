# auscult_add_module(audio DEPENDS core LINKS PkgConfig::sndfile)
#
# Declares the module in the current folder: a static library of its .cpp files, an alias
# auscult::<name>, and, when tests are built, one test program of its *_test.cpp files.
# DEPENDS lists the modules whose headers it may include (tools/check_layers.py holds it to
# that); LINKS lists outside libraries.

# Warnings belong to our own sources only; -Werror comes from a preset.
add_library(auscult_warnings INTERFACE)
target_compile_options(auscult_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  -Wdouble-promotion -Wswitch-enum
  # g++ 12 sees overlapping copies in std::string's operator+ at -O3 (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# So does its link-time optimiser, in strings of any length.
target_link_options(auscult_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow$<SEMICOLON>-Wno-stringop-overread>)

function(auscult_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 module "" "" "DEPENDS;LINKS")
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  set(test_sources ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER test_sources INCLUDE REGEX "_test\\.cpp$")

  set(target auscult_${name})
  add_library(${target} STATIC ${sources})
  add_library(auscult::${name} ALIAS ${target})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  list(TRANSFORM module_DEPENDS PREPEND auscult::)
  target_link_libraries(${target} PUBLIC ${module_DEPENDS} ${module_LINKS} PRIVATE $<BUILD_INTERFACE:auscult_warnings>)

  if(AUSCULT_BUILD_TESTS AND test_sources)
    auscult_add_test(${name}_test SOURCES ${test_sources} LINKS auscult::${name})
  endif()
endfunction()

# auscult_add_test(name SOURCES ... LINKS ... [LABELS ...] [TIMEOUT seconds] [FILTER pattern])
# A GoogleTest program, each of its tests, or those that FILTER leaves, registered with CTest.
function(auscult_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "TIMEOUT;FILTER" "SOURCES;LINKS;LABELS")
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 60)
  endif()
  if(NOT test_LABELS)
    set(test_LABELS unit)
  endif()
  add_executable(${name} ${test_SOURCES})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_link_libraries(${name} PRIVATE ${test_LINKS} auscult_warnings GTest::gmock_main GTest::gtest)
  target_compile_definitions(${name} PRIVATE AUSCULT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 TEST_FILTER "${test_FILTER}"
    PROPERTIES TIMEOUT ${test_TIMEOUT} LABELS "${test_LABELS}" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
