// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/log.h"

namespace flagstream::server {

// Log lines on standard error, through spdlog: as text ("2026-05-01T09:30:00.123Z info  listening
// address=...") or as one JSON object a line. `level` and `format` are the values of --log-level
// and --log-format.
std::unique_ptr<log::Sink> MakeLogSink(const std::string& level, const std::string& format);

}  // namespace flagstream::server
