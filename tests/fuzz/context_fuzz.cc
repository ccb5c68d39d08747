// SPDX-License-Identifier: Apache-2.0
// Goal: no context upsets the evaluator or keeps it beyond its bounds, and equal contexts give
// equal results, which can be written.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "wire/context.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace wire = flagstream::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto context = wire::ParseJson(text, wire::kContextJson);
  if (!context) return 0;
  const auto result = wire::EvaluateContext(*context);
  if (!result) return 0;
  FLAGSTREAM_ASSERT(wire::EvaluateContext(*context)->Dump() == result->Dump());
  FLAGSTREAM_ASSERT(wire::ParseJson(result->Dump(), wire::kContextJson).ok());
  return 0;
}
