// SPDX-License-Identifier: Apache-2.0
// Goal: a form with a file of features never crashes what reads it, and a file that is taken is
// written back as a file that is taken and says the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/admin/multipart.h"
#include "base/assert.h"
#include "service/feature_file_format.h"

namespace {

namespace service = flagstream::service;

void CheckFile(std::string_view text) {
  const auto features = service::ParseFeatureFile(text);
  if (!features) return;
  const std::string file = service::EncodeFeatureFile(*features);
  const auto again = service::ParseFeatureFile(file);
  // What was short may be longer when written out; then it is refused for its size alone.
  if (!again && file.size() > service::kFeatureFileBytesMax) return;
  FLAGSTREAM_ASSERT(again.ok() && service::EncodeFeatureFile(*again) == file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckFile(text);
  const auto form = flagstream::api::ParseMultipart("multipart/form-data; boundary=b", text);
  if (!form) return 0;
  for (const auto& [name, value] : *form->AsObject()) {
    FLAGSTREAM_ASSERT(value.AsString() != nullptr && value.AsString()->size() <= size);
    CheckFile(*value.AsString());
  }
  return 0;
}
