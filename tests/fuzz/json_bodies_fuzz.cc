// SPDX-License-Identifier: Apache-2.0
// Goal: no body upsets what reads it; what is read survives being written and read again; and every
// refusal can be told to the client.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "wire/error_body.h"
#include "wire/gzip.h"
#include "wire/json.h"
#include "wire/sdk.h"
#include "wire/utf8.h"

namespace {

namespace wire = flagstream::wire;

void CheckRoundTrip(std::string_view text) {
  const auto json = wire::ParseJson(text);
  if (!json) return;
  const std::string written = json->Dump();
  FLAGSTREAM_ASSERT(wire::IsValidUtf8(written));
  const auto again = wire::ParseJson(written);
  FLAGSTREAM_ASSERT(again.ok());
  FLAGSTREAM_ASSERT(*again == *json);
}

template <class T>
void CheckRefusal(const flagstream::Result<T>& result) {
  if (result) return;
  const std::string body = wire::EncodeErrorBody(result.error());
  FLAGSTREAM_ASSERT(wire::ParseJson(body).ok());
}

// What was taken can be answered with.
void CheckAnswer(std::string_view body) {
  const auto request = wire::ParseTraitRequest(body);
  CheckRefusal(request);
  if (!request) return;
  FLAGSTREAM_ASSERT(wire::ParseJson(wire::EncodeTraitAnswer(*request)).ok());
  const auto again = wire::ParseTraitRequest(wire::EncodeTraitAnswer(*request));
  FLAGSTREAM_ASSERT(again.ok());
  FLAGSTREAM_ASSERT(*again == *request);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  CheckRoundTrip(body);
  CheckAnswer(body);
  CheckRefusal(wire::ParseIdentityRequest(body));
  CheckRefusal(wire::ParseBulkIdentities(body));
  CheckRefusal(wire::ParseTraitBulkRequest(body));
  CheckRefusal(wire::ParseTraitValueRequest("key", body));
  CheckRefusal(wire::ParseTraitIncrement(body));
  CheckRefusal(wire::ParseAnalytics(body));
  CheckRefusal(wire::ParseAnalyticsV2(body));
  CheckRefusal(wire::ParseIdentifier(body));
  CheckRefusal(wire::GzipDecompress(body, /*size_max=*/100'000));
  return 0;
}
