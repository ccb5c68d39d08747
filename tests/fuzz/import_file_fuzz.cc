// SPDX-License-Identifier: Apache-2.0
// Goal: no file upsets what reads it for an import, in any of the formats; and what is read is
// checked without surprise.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "service/transfer/bundle_check.h"
#include "service/transfer/document_bundle.h"
#include "service/transfer/export_file.h"
#include "service/transfer/flagsmith_export.h"
#include "wire/document_reader.h"
#include "wire/json.h"
#include "wire/utf8.h"

namespace {

namespace service = flagstream::service;
namespace wire = flagstream::wire;

// The time of the import; files are from before and after it.
constexpr int64_t kNow = 1'750'000'000'000'000;

void CheckRead(const flagstream::Result<service::Bundle>& bundle) {
  if (bundle) {
    const auto checked = service::CheckBundle(*bundle);
    FLAGSTREAM_ASSERT(checked.ok() || wire::IsValidUtf8(checked.error().message()));
  } else {
    FLAGSTREAM_ASSERT(!bundle.error().message().empty());
  }
}

void ReadLines(std::string_view text) {
  CheckRead(service::ReadExport([&]() -> flagstream::Result<std::optional<std::string>> {
    if (text.empty()) return std::optional<std::string>();
    const size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return std::optional(std::move(line));
  }));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ReadLines(text);
  const auto json = wire::ParseJson(text);
  if (!json) return 0;
  CheckRead(service::ReadFlagsmithExport(*json, kNow));
  const auto document = wire::ParseEnvironmentDocument(*json);
  if (document) CheckRead(service::ToBundle(*document, kNow));
  return 0;
}
