# SPDX-License-Identifier: Apache-2.0
# Every switch of the build. Presets set them; a plain `cmake -B build` gets defaults that fit a packager.

option(BUILD_TESTING "Build the tests" ON)
option(FLAGSTREAM_WERROR "Turn warnings into errors (presets and CI do)" OFF)
option(FLAGSTREAM_CHECKED_STL "Check indices and iterators of the standard library" OFF)
option(FLAGSTREAM_COVERAGE "Record which lines run" OFF)
option(FLAGSTREAM_FUZZ "Build fuzz targets with libFuzzer (clang); otherwise they replay their corpus" OFF)
option(FLAGSTREAM_TIDY "Run clang-tidy on each source while it is compiled; tests excepted" OFF)
set(FLAGSTREAM_SANITIZE "" CACHE STRING "Value for -fsanitize, for example address,undefined")
