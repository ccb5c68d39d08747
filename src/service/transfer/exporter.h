// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "store/store.h"

namespace flagstream::service {

struct ExportOptions {
  std::optional<int64_t> organisation;  // only it, with its members; unset: everything
  bool with_secrets = false;            // also password hashes and tokens
};

// Takes the next bytes of the file.
using ExportSink = std::function<Result<void>(std::string_view)>;

// Writes what the store holds as service/transfer/export_file.h has it. Reads some rows at a time,
// so its memory does not grow with the data but for the ids of what a single organisation has.
// kNotFound if there is no such organisation; an error of the sink is returned as it is.
Result<void> Export(store::Reader& reader, const ExportOptions& options, const ExportSink& sink);

}  // namespace flagstream::service
