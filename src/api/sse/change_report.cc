// SPDX-License-Identifier: Apache-2.0
#include "api/sse/change_report.h"

#include <cstdint>
#include <optional>

#include "wire/json.h"
#include "wire/time.h"

namespace flagstream::api {
namespace {

bool Take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// The date of a body written as the reference writes it, without building a JSON value. Nothing for
// any other body, right or wrong.
std::optional<std::string_view> FindUsualDate(std::string_view body) {
  if (!Take(body, R"({"updated_at":)")) return std::nullopt;
  Take(body, " ");
  if (!Take(body, "\"")) return std::nullopt;
  const size_t end = body.find_first_of("\"\\");
  if (end == std::string_view::npos || body.substr(end) != "\"}") return std::nullopt;
  return body.substr(0, end);
}

Result<Stamp> StampOfDate(std::string_view date) {
  const Result<int64_t> micros = wire::ParseIsoTime(date);
  if (!micros) {
    return Error::InvalidField("updated_at", "Datetime has wrong format. Use ISO 8601.");
  }
  if (*micros <= 0) return Error::InvalidField("updated_at", "Datetime must be after 1970.");
  return Stamp::FromMicros(*micros);
}

}  // namespace

Result<Stamp> ParseChangeReport(std::string_view body) {
  if (const auto date = FindUsualDate(body)) return StampOfDate(*date);

  FLAGSTREAM_ASSIGN(const wire::Json report, wire::ParseJson(body));
  if (!report.AsObject()) return Error::InvalidField("", "Invalid data. Expected a dictionary.");
  const wire::Json* date = report.Find("updated_at");
  if (!date) return Error::InvalidField("updated_at", "This field is required.");
  if (!date->AsString()) return Error::InvalidField("updated_at", "Not a valid string.");
  return StampOfDate(*date->AsString());
}

}  // namespace flagstream::api
