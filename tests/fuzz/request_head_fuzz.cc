// SPDX-License-Identifier: Apache-2.0
// Goal: no bytes of a client upset the HTTP/1 parser, and how they are cut into portions does not
// change what is read: two servers that disagree about that can be made to mix up requests.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "net/http1_parser.h"

namespace {

using flagstream::net::Http1Limits;
using flagstream::net::Http1Parser;
using flagstream::net::Request;

constexpr Http1Limits kLimits{.header_bytes_max = 1024, .body_bytes_max = 4096};

// Reads one request as a session does and tells all about it.
std::string Read(std::string_view bytes, size_t portion) {
  Http1Parser parser(kLimits);
  std::string unread;
  size_t taken = 0;
  while (!bytes.empty() && parser.state() < Http1Parser::State::kComplete) {
    unread.append(bytes.substr(0, portion));
    bytes.remove_prefix(std::min(portion, bytes.size()));
    const size_t used = parser.Parse(unread);
    FLAGSTREAM_ASSERT(used <= unread.size());
    taken += used;
    unread.erase(0, used);
    FLAGSTREAM_ASSERT(unread.size() <= kLimits.header_bytes_max + portion);
  }
  switch (parser.state()) {
    case Http1Parser::State::kHead:
    case Http1Parser::State::kBody:
      return "unfinished";
    case Http1Parser::State::kFailed:
      FLAGSTREAM_ASSERT(parser.failure().status >= 400 && !parser.failure().sentence.empty());
      return "refused";  // with which status may depend on which of two faults is seen first
    case Http1Parser::State::kComplete:
      break;
  }
  const Request request = parser.TakeRequest();
  FLAGSTREAM_ASSERT(request.path() == "*" || request.path().starts_with('/'));
  FLAGSTREAM_ASSERT(request.body().size() <= kLimits.body_bytes_max);
  std::string told = std::to_string(taken);
  for (const std::string_view part : {request.method_text(), request.path(), request.query(),
                                      request.Header("a").value_or("none"), request.body()}) {
    told.append("\n").append(part);
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t portion = static_cast<size_t>(data[0]) % 32 + 1;
  const std::string at_once = Read(bytes, bytes.size() + 1);
  const std::string in_portions = Read(bytes, portion);
  // A fault may be seen before all of the line is there, or only with it.
  if (at_once != "unfinished" && in_portions != "unfinished")
    FLAGSTREAM_ASSERT(at_once == in_portions);
  return 0;
}
