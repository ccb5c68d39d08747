// SPDX-License-Identifier: Apache-2.0
#include "server/import_file.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "service/transfer/document_bundle.h"
#include "service/transfer/export_file.h"
#include "service/transfer/flagsmith_export.h"
#include "wire/document_reader.h"
#include "wire/json.h"

namespace flagstream::server {
namespace {

using Format = ImportFile::Format;

// Ours is read line by line. The others are read whole, and take about ten times their size in
// memory meanwhile.
constexpr size_t kOursBytesMax = size_t{8} << 30;
constexpr size_t kWholeBytesMax = size_t{512} << 20;

Error InFile(const std::string& path, const Error& error) {
  return {error.code(), path + ": " + error.message()};
}

Error TooLarge(const std::string& path, size_t bytes_max) {
  return {ErrorCode::kTooLarge,
          path + " is larger than " + std::to_string(bytes_max >> 20) + " MiB."};
}

Result<size_t> SizeOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return Error::NotFound("There is no file " + path + ".");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) return Error::Unavailable("The file " + path + " cannot be read.");
  return static_cast<size_t>(size);
}

// The next line, which must not be longer than a line of ours.
Result<std::optional<std::string>> ReadLine(std::ifstream& file) {
  std::string line;
  for (int c = file.get(); c != std::char_traits<char>::eof(); c = file.get()) {
    if (c == '\n') return std::optional(std::move(line));
    line += static_cast<char>(c);
    if (line.size() > service::kExportLineBytesMax) {
      return Error(ErrorCode::kTooLarge, "a line is longer than 16 MiB");
    }
  }
  if (file.bad()) return Error::Unavailable("the file cannot be read");
  if (line.empty()) return std::optional<std::string>();
  return std::optional(std::move(line));
}

// By the first character that is no white space, and for an object by its first line.
Result<Format> Recognise(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file >> std::ws;
  const int first = file.peek();
  if (first == '[') return Format::kFlagsmith;
  const Result<std::optional<std::string>> line = ReadLine(file);
  if (line && *line && service::IsExportHeader(**line)) return Format::kFlagstream;
  if (first == '{') return Format::kDocument;
  return Error(ErrorCode::kInvalidArgument, path + " is no JSON object or list.");
}

Result<Format> FormatOf(const std::string& path, const std::string& name) {
  if (name == "flagstream") return Format::kFlagstream;
  if (name == "flagsmith") return Format::kFlagsmith;
  if (name == "document") return Format::kDocument;
  return Recognise(path);
}

Result<wire::Json> ReadWhole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return Error::Unavailable("the file cannot be read");
  return wire::ParseJson(text);
}

Result<service::Bundle> ReadOurs(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return service::ReadExport([&file] { return ReadLine(file); });
}

Result<service::Bundle> ReadDocument(const std::string& path) {
  FLAGSTREAM_ASSIGN(const wire::Json json, ReadWhole(path));
  FLAGSTREAM_ASSIGN(const wire::ReadDocument document, wire::ParseEnvironmentDocument(json));
  return service::ToBundle(document, SystemClock().NowMicros());
}

Result<service::Bundle> ReadFlagsmith(const std::string& path) {
  FLAGSTREAM_ASSIGN(const wire::Json json, ReadWhole(path));
  return service::ReadFlagsmithExport(json, SystemClock().NowMicros());
}

Result<service::Bundle> Read(const std::string& path, Format format) {
  switch (format) {
    case Format::kFlagstream:
      return ReadOurs(path);
    case Format::kFlagsmith:
      return ReadFlagsmith(path);
    case Format::kDocument:
      return ReadDocument(path);
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace

std::string FormatTitle(Format format) {
  switch (format) {
    case Format::kFlagstream:
      return "Flagstream export";
    case Format::kFlagsmith:
      return "Flagsmith export";
    case Format::kDocument:
      return "environment document";
  }
  FLAGSTREAM_UNREACHABLE();
}

Result<ImportFile> ReadImportFile(const std::string& path, const std::string& format_name) {
  FLAGSTREAM_ASSIGN(const size_t size, SizeOf(path));
  FLAGSTREAM_ASSIGN(const Format format, FormatOf(path, format_name));
  const size_t bytes_max = format == Format::kFlagstream ? kOursBytesMax : kWholeBytesMax;
  if (size > bytes_max) return TooLarge(path, bytes_max);
  Result<service::Bundle> bundle = Read(path, format);
  if (!bundle) return InFile(path, bundle.error());
  return ImportFile{format, *std::move(bundle)};
}

}  // namespace flagstream::server
