// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "store/table.h"
#include "wire/json.h"

// The bytes of `flagstream export`: one JSON object a line. The first line is the header, the last
// says how many rows are between them, so that a file that was cut off is noticed; each other line
// is a row, {"TABLE": {"COLUMN": value, ...}}, parents first and ascending by id. Equal data gives
// equal bytes.
namespace flagstream::service {

inline constexpr std::string_view kExportFormat = "flagstream-export";
inline constexpr int64_t kExportVersion = 1;
inline constexpr size_t kExportLineBytesMax = size_t{16} << 20;

// Columns that are not moved: stamps and revisions, which belong to the store that issued them, and
// password hashes unless secrets are asked for.
bool IsMoved(const store::Table& table, std::string_view column, bool with_secrets);
// Tables that hold nothing but secrets.
bool IsSecret(const store::Table& table);

// Each with its line break.
std::string EncodeExportHeader(bool with_secrets);
std::string EncodeExportRow(const store::Table& table, const store::Row& row, bool with_secrets);
std::string EncodeExportEnd(int64_t rows);

// Whether a file that begins with this line is one of ours.
bool IsExportHeader(std::string_view first_line);

// Gives the next line without its break, or nothing at the end.
using NextLine = std::function<Result<std::optional<std::string>>()>;

// kInvalidArgument names line, table and column: "line 12: environment: api_key must be a text".
Result<Bundle> ReadExport(const NextLine& next_line);

}  // namespace flagstream::service
