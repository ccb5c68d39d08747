// SPDX-License-Identifier: Apache-2.0
// Goal: no query string or path upsets what decodes them, and decoded text is always UTF-8.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "net/percent.h"
#include "net/request_builder.h"

namespace {

namespace net = flagstream::net;

// Decoding again what holds no '%' and '+' changes it only if it was not UTF-8.
void CheckDecoded(std::string text) {
  std::replace(text.begin(), text.end(), '%', '_');
  FLAGSTREAM_ASSERT(net::DecodePercent(text) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckDecoded(net::DecodePercent(text));
  CheckDecoded(net::DecodeFormText(text));

  const std::string target = "/?" + std::string(text);
  const net::Request request = net::RequestBuilder("GET", target).Build();
  FLAGSTREAM_ASSERT(request.query() == text);
  for (const std::string_view name : {"a", "identifier", ""}) {
    const auto first = request.QueryParameter(name);
    const auto all = request.QueryParameters(name);
    FLAGSTREAM_ASSERT(first.has_value() == !all.empty());
    if (!first) continue;
    FLAGSTREAM_ASSERT(*first == all.front());
    for (const std::string& value : all) CheckDecoded(value);
  }
  return 0;
}
