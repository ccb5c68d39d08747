# SPDX-License-Identifier: Apache-2.0
# How everything is compiled: language, warnings, sanitizers, linker and compiler cache.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)  # the floor program uses epoll and friends
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Nothing is exported, so the compiler may inline across what would else be replaceable at load time.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Everything of ours links this, nothing of third parties does.
add_library(flagstream_compile_options INTERFACE)
add_library(flagstream::compile_options ALIAS flagstream_compile_options)

target_compile_options(flagstream_compile_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wvla)
# A member left out of a designated initializer takes its default, and that is meant.
target_compile_options(flagstream_compile_options INTERFACE -Wno-missing-field-initializers)
target_compile_options(
  flagstream_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor -Woverloaded-virtual -Wextra-semi
                                       -Wredundant-move -Wdeprecated-copy>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these about code of the standard library and of coroutine frames once they are inlined; they are
  # false there (GCC PR 105329, 105562, 104889). clang and the sanitizers look for the true cases.
  target_compile_options(
    flagstream_compile_options INTERFACE -Wduplicated-cond -Wlogical-op -Wno-restrict -Wno-maybe-uninitialized
                                         -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer)
else()
  # Proves that guarded members are touched with their lock held or on their thread (base/mutex.h).
  target_compile_options(flagstream_compile_options INTERFACE -Wthread-safety)
endif()
if(FLAGSTREAM_WERROR)
  target_compile_options(flagstream_compile_options INTERFACE -Werror)
endif()

# Paths in assertions, logs and debug information start at the repository, so builds are equal wherever they are made
# and the compiler cache is shared between checkouts.
target_compile_options(flagstream_compile_options INTERFACE -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

if(FLAGSTREAM_CHECKED_STL)
  target_compile_definitions(flagstream_compile_options INTERFACE _GLIBCXX_ASSERTIONS)
endif()
if(FLAGSTREAM_COVERAGE)
  target_compile_options(flagstream_compile_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(flagstream_compile_options INTERFACE --coverage)
endif()

if(FLAGSTREAM_SANITIZE)
  set(flagstream_sanitize -fsanitize=${FLAGSTREAM_SANITIZE} -fno-omit-frame-pointer)
  if(FLAGSTREAM_SANITIZE MATCHES "undefined")
    list(APPEND flagstream_sanitize -fno-sanitize-recover=undefined)
  endif()
  target_compile_options(flagstream_compile_options INTERFACE ${flagstream_sanitize})
  target_link_options(flagstream_compile_options INTERFACE ${flagstream_sanitize})
endif()
if(FLAGSTREAM_FUZZ)
  target_compile_options(flagstream_compile_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(FLAGSTREAM_MOLD mold)
mark_as_advanced(FLAGSTREAM_MOLD)
if(FLAGSTREAM_MOLD)
  target_link_options(flagstream_compile_options INTERFACE -fuse-ld=mold)
endif()

find_program(FLAGSTREAM_CCACHE ccache)
mark_as_advanced(FLAGSTREAM_CCACHE)
if(FLAGSTREAM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for to work with precompiled headers; base dir and "no hash dir" let checkouts
  # in different folders share results.
  set(flagstream_launcher
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${FLAGSTREAM_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${flagstream_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${flagstream_launcher})
endif()

if(FLAGSTREAM_TIDY)
  # The plain warnings are the compiler's to report, once.
  find_program(FLAGSTREAM_CLANG_TIDY clang-tidy-19 REQUIRED)
  mark_as_advanced(FLAGSTREAM_CLANG_TIDY)
  set(FLAGSTREAM_TIDY_COMMAND ${FLAGSTREAM_CLANG_TIDY} --quiet --extra-arg=-Wno-unknown-warning-option)
endif()
