// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "service/transfer/bundle.h"

namespace flagstream::server {

// What was read from a file, and which kind of file it is.
struct ImportFile {
  enum class Format { kFlagstream, kFlagsmith, kDocument };
  Format format = Format::kFlagstream;
  service::Bundle bundle;
};

// Reads a file of one of the formats that `flagstream import` knows: `format` is the name of one,
// or "auto" to look at the file. kNotFound if there is none, kInvalidArgument or kTooLarge with a
// sentence that names the file and the place in it.
Result<ImportFile> ReadImportFile(const std::string& path, const std::string& format);

// Names a person would use: "Flagstream export".
std::string FormatTitle(ImportFile::Format format);

}  // namespace flagstream::server
