# SPDX-License-Identifier: Apache-2.0
# Run by `cmake -P`: writes a C++ source with the text of numbered files.
#   OUTPUT, FILES (separated by |), HEADER, NAMESPACE, FUNCTION, TYPE
# The function returns a span of TYPE{version, name, text}, where version is the number that the file's name begins with.

string(REPLACE "|" ";" files "${FILES}")
set(entries)
set(count 0)
foreach(path IN LISTS files)
  get_filename_component(name ${path} NAME)
  if(NOT name MATCHES "^0*([0-9]+)_")
    message(FATAL_ERROR "${name} does not begin with its number")
  endif()
  set(version ${CMAKE_MATCH_1})
  math(EXPR count "${count} + 1")
  if(NOT version EQUAL count)
    message(FATAL_ERROR "${name} should be number ${count}: the list has a gap or is out of order")
  endif()
  file(READ ${path} text)
  string(APPEND entries "    {${version}, \"${name}\", R\"~text~(${text})~text~\"},\n")
endforeach()

file(
  WRITE ${OUTPUT}
  "// Made from .sql files by cmake/EmbedText.cmake.
#include \"${HEADER}\"

#include <array>

namespace ${NAMESPACE} {
namespace {

constexpr std::array<${TYPE}, ${count}> kAll = {{
${entries}}};

}  // namespace

std::span<const ${TYPE}> ${FUNCTION}() { return kAll; }

}  // namespace ${NAMESPACE}
")
