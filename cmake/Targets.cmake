# SPDX-License-Identifier: Apache-2.0
# The four kinds of target we have. Lists are explicit, so a forgotten file is a link error and not a surprise.

include(GoogleTest)

# Lists for target_link_libraries: `base wire` becomes `flagstream::base flagstream::wire`. The double colon makes a
# misspelt module an error of the configure step.
function(flagstream_targets_of out)
  set(targets)
  foreach(module IN LISTS ARGN)
    list(APPEND targets flagstream::${module})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# gcc can only use a precompiled header behind ccache when told so; clang must not compare its time stamp.
function(flagstream_precompile target)
  if(NOT ARGN)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  else()
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endfunction()

# One module of src/ (or a part of it):
#   flagstream_library(NAME stream SRCS hub.cc HDRS hub.h DEPS wire telemetry LIBS Boost::headers PRIVATE_LIBS ZLIB::ZLIB
#                      PCH <boost/asio.hpp>)
# makes target flagstream_stream, also known as flagstream::stream. DEPS are modules, LIBS third-party targets that the
# headers show; PRIVATE_LIBS those that only the sources use. Headers join a file set, so that the target
# all_verify_interface_header_sets compiles each of them alone. PCH lists heavy headers to precompile.
function(flagstream_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS;LIBS;PRIVATE_LIBS;PCH")
  flagstream_check_arguments(flagstream_library)
  set(target flagstream_${ARG_NAME})
  flagstream_targets_of(modules ${ARG_DEPS})

  if(ARG_SRCS)
    add_library(${target} STATIC ${ARG_SRCS})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE flagstream::compile_options ${ARG_PRIVATE_LIBS})
    flagstream_precompile(${target} ${ARG_PCH})
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${FLAGSTREAM_TIDY_COMMAND}")
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(flagstream::${ARG_NAME} ALIAS ${target})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ARG_HDRS})
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} ${scope} ${modules} ${ARG_LIBS})
endfunction()

# A program: flagstream_executable(NAME flagstream SRCS main.cc DEPS server). Lands on top of the build folder.
function(flagstream_executable)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;DEPS;LIBS;PCH")
  flagstream_check_arguments(flagstream_executable)
  flagstream_add_executable(${ARG_NAME})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
                                               CXX_CLANG_TIDY "${FLAGSTREAM_TIDY_COMMAND}")
endfunction()

# A GoogleTest program whose cases become ctest cases named `NAME/Suite.Case`:
#   flagstream_test(NAME hub_test SRCS hub_test.cc DEPS stream testing)
# LABELS defaults to `unit`. TIMEOUT is per case in seconds, 60 by default. ENVIRONMENT as in ctest. UNLISTED: not one for ctest, something else
# runs it.
function(flagstream_test)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 ARG "UNLISTED" "NAME;TIMEOUT" "SRCS;DEPS;LIBS;LABELS;ENVIRONMENT;PCH")
  flagstream_check_arguments(flagstream_test)
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  list(APPEND ARG_LIBS GTest::gmock GTest::gtest_main)
  flagstream_add_executable(${ARG_NAME})
  if(ARG_UNLISTED)
    return()
  endif()
  # Cases are listed when ctest starts: building never runs what was built.
  gtest_discover_tests(
    ${ARG_NAME}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    TEST_PREFIX ${ARG_NAME}/
    NO_PRETTY_VALUES
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()

# A fuzz target with a corpus folder of at least one file:
#   flagstream_fuzzer(NAME query_fuzzer SRCS query_fuzzer.cc DEPS net CORPUS corpus/query [DICT query.dict])
# Under the fuzz preset it is a libFuzzer program; elsewhere it replays its corpus. Either way ctest replays the corpus.
function(flagstream_fuzzer)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME;CORPUS;DICT" "SRCS;DEPS;LIBS;PCH")
  flagstream_check_arguments(flagstream_fuzzer)
  get_filename_component(corpus ${ARG_CORPUS} ABSOLUTE)
  if(FLAGSTREAM_FUZZ)
    flagstream_add_executable(${ARG_NAME})
    target_link_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz/${ARG_NAME} COMMAND ${ARG_NAME} -runs=0 ${corpus})
  else()
    list(APPEND ARG_SRCS ${PROJECT_SOURCE_DIR}/tools/replay_corpus_main.cc)
    flagstream_add_executable(${ARG_NAME})
    add_test(NAME fuzz/${ARG_NAME} COMMAND ${ARG_NAME} ${corpus})
  endif()
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/fuzz)
  if(NOT TARGET flagstream_fuzzers)
    add_custom_target(flagstream_fuzzers)
  endif()
  add_dependencies(flagstream_fuzzers ${ARG_NAME})
  set_tests_properties(fuzz/${ARG_NAME} PROPERTIES LABELS fuzz TIMEOUT 120)
  # For ./dev fuzz: where the corpus and the dictionary of a target are.
  set(dictionary)
  if(ARG_DICT)
    get_filename_component(dictionary ${ARG_DICT} ABSOLUTE)
  endif()
  file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/fuzz/${ARG_NAME}.conf CONTENT "corpus=${corpus}\ndict=${dictionary}\n")
endfunction()

# A Google Benchmark program, built on demand: flagstream_bench(NAME hub_bench SRCS hub_bench.cc DEPS stream).
function(flagstream_bench)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;DEPS;LIBS;PCH")
  flagstream_check_arguments(flagstream_bench)
  flagstream_require(libbenchmark-dev benchmark 1.7)
  list(APPEND ARG_LIBS benchmark::benchmark_main)
  flagstream_add_executable(${ARG_NAME})
  set_target_properties(${ARG_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
endfunction()

# What the kinds above have in common; reads ARG_SRCS, ARG_DEPS, ARG_LIBS and ARG_PCH of its caller.
function(flagstream_add_executable name)
  flagstream_targets_of(modules ${ARG_DEPS})
  add_executable(${name} ${ARG_SRCS})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${modules} ${ARG_LIBS} flagstream::compile_options)
  flagstream_precompile(${name} ${ARG_PCH})
endfunction()

# A misspelt keyword would silently become part of the list before it.
macro(flagstream_check_arguments function)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${function}: unknown arguments: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_NAME)
    message(FATAL_ERROR "${function} needs NAME")
  endif()
endmacro()
