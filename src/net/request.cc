// SPDX-License-Identifier: Apache-2.0
#include "net/request.h"

#include <array>
#include <charconv>
#include <system_error>

#include "base/assert.h"
#include "net/ascii.h"
#include "net/percent.h"

namespace flagstream::net {
namespace {

constexpr std::array<std::pair<std::string_view, Method>, 7> kMethods{{
    {"GET", Method::kGet},
    {"HEAD", Method::kHead},
    {"POST", Method::kPost},
    {"PUT", Method::kPut},
    {"PATCH", Method::kPatch},
    {"DELETE", Method::kDelete},
    {"OPTIONS", Method::kOptions},
}};

// Calls `visit(name, value)`, both still encoded, for each parameter until it returns false.
template <class Visit>
void VisitParameters(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view field = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (field.empty()) continue;
    const size_t equals = field.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
    if (!visit(field.substr(0, equals), value)) return;
  }
}

bool IsParameter(std::string_view encoded_name, std::string_view name) {
  if (encoded_name == name) return true;
  return encoded_name.find_first_of("%+") != std::string_view::npos &&
         DecodeFormText(encoded_name) == name;
}

}  // namespace

std::string_view MethodName(Method method) {
  for (const auto& [name, value] : kMethods) {
    if (value == method) return name;
  }
  return "OTHER";
}

Method ParseMethod(std::string_view text) {
  for (const auto& [name, value] : kMethods) {
    if (name == text) return value;
  }
  return Method::kOther;
}

std::optional<std::string_view> Request::Header(std::string_view name) const {
  for (const HeaderLine& line : headers_) {
    if (EqualsIgnoringCase(View(line.name), name)) return View(line.value);
  }
  return std::nullopt;
}

std::vector<std::string_view> Request::Headers(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const HeaderLine& line : headers_) {
    if (EqualsIgnoringCase(View(line.name), name)) values.push_back(View(line.value));
  }
  return values;
}

std::optional<std::string> Request::QueryParameter(std::string_view name) const {
  std::optional<std::string> found;
  VisitParameters(query(), [&](std::string_view encoded_name, std::string_view value) {
    if (!IsParameter(encoded_name, name)) return true;
    found = DecodeFormText(value);
    return false;
  });
  return found;
}

std::vector<std::string> Request::QueryParameters(std::string_view name) const {
  std::vector<std::string> found;
  VisitParameters(query(), [&](std::string_view encoded_name, std::string_view value) {
    if (IsParameter(encoded_name, name)) found.push_back(DecodeFormText(value));
    return true;
  });
  return found;
}

const std::string& Request::Path(std::string_view name) const {
  for (const auto& [parameter, value] : path_parameters_) {
    if (parameter == name) return value;
  }
  FLAGSTREAM_UNREACHABLE();
}

int64_t Request::PathInteger(std::string_view name) const {
  const std::string& text = Path(name);
  int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  FLAGSTREAM_ASSERT(parsed.ec == std::errc() && parsed.ptr == text.data() + text.size());
  return value;
}

Request::Part Request::Append(std::string_view text) {
  const Part part{static_cast<uint32_t>(head_.size()), static_cast<uint32_t>(text.size())};
  head_.append(text);
  return part;
}

}  // namespace flagstream::net
