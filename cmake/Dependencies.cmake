# SPDX-License-Identifier: Apache-2.0
# The parts we take. All come from the distribution; what is missing is named by its Debian package.

# find_package, or a stop with the name of the Debian package that has it:
#   flagstream_require(libsqlite3-dev SQLite3 3.40)
macro(flagstream_require debian_package name)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "${name} (${ARGN}) was not found. On Debian: apt-get install ${debian_package}, "
                        "or let ./dev build install everything that is missing.")
  endif()
endmacro()

set(THREADS_PREFER_PTHREAD_FLAG ON)
flagstream_require(libc6-dev Threads)
flagstream_require("libboost1.81-dev libboost-json1.81-dev" Boost 1.81 COMPONENTS json)
flagstream_require(libssl-dev OpenSSL 3.0)
flagstream_require(zlib1g-dev ZLIB)
flagstream_require(libsqlite3-dev SQLite3 3.40)
flagstream_require(libpq-dev PostgreSQL 14)
flagstream_require(libfmt-dev fmt 9)
flagstream_require(libspdlog-dev spdlog 1.10)
flagstream_require(libcli11-dev CLI11 2.1)
flagstream_require(libsodium-dev Sodium)
flagstream_require(libpcre2-dev PCRE2)
flagstream_require(libsystemd-dev Systemd)
if(BUILD_TESTING)
  flagstream_require("libgtest-dev libgmock-dev" GTest 1.12)
  flagstream_require(python3 Python3 3.9 COMPONENTS Interpreter)
endif()

# Asio as we use it: header-only, without the parts that newer releases have taken out, and without its own thread pool.
add_library(flagstream_asio INTERFACE)
add_library(flagstream::asio ALIAS flagstream_asio)
target_link_libraries(flagstream_asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(flagstream_asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
