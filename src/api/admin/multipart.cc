// SPDX-License-Identifier: Apache-2.0
#include "api/admin/multipart.h"

#include <optional>
#include <string>
#include <utility>

#include "api/header_list.h"

namespace flagstream::api {
namespace {

constexpr std::string_view kType = "multipart/form-data";
constexpr size_t kFieldsMax = 20;
constexpr size_t kBoundaryLengthMax = 70;  // RFC 2046, 5.1.1

Error Wrong(std::string_view what) {
  return {ErrorCode::kInvalidArgument, "Multipart form parse error - " + std::string(what)};
}

// Takes everything before `end`, and `end` itself, off the front of `text`.
std::optional<std::string_view> TakeUntil(std::string_view& text, std::string_view end) {
  const size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(at + end.size());
  return taken;
}

// The value of `name` in "form-data; name=\"file\"; filename=x". No value has a quote in it: that
// is how clients send them.
std::optional<std::string_view> FindParameter(std::string_view header, std::string_view name) {
  while (TakeUntil(header, ";")) {
    std::string_view parameter = TrimBlanks(header.substr(0, header.find(';')));
    const size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    if (!EqualsIgnoringCase(TrimBlanks(parameter.substr(0, equals)), name)) continue;
    std::string_view value = TrimBlanks(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

// The name of a part, from its headers.
std::optional<std::string_view> FindName(std::string_view headers) {
  while (!headers.empty()) {
    std::string_view line = headers.substr(0, headers.find("\r\n"));
    headers.remove_prefix(std::min(line.size() + 2, headers.size()));
    const std::optional<std::string_view> name = TakeUntil(line, ":");
    if (name && EqualsIgnoringCase(*name, "Content-Disposition"))
      return FindParameter(line, "name");
  }
  return std::nullopt;
}

}  // namespace

bool IsMultipart(std::string_view content_type) {
  return EqualsIgnoringCase(TrimBlanks(content_type.substr(0, content_type.find(';'))), kType);
}

Result<wire::Json> ParseMultipart(std::string_view content_type, std::string_view body) {
  const std::optional<std::string_view> boundary = FindParameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryLengthMax)
    return Wrong("Invalid boundary in multipart");
  // The first line lacks the break that ends the part before it.
  const std::string first = "--" + std::string(*boundary);
  const std::string delimiter = "\r\n" + first;
  if (!TakeUntil(body, first)) return Wrong("Invalid boundary in multipart");
  wire::Json::Object fields;
  while (!body.starts_with("--")) {
    if (fields.size() == kFieldsMax) return Wrong("Too many fields");
    if (!TakeUntil(body, "\r\n")) return Wrong("The form has no end");
    const std::optional<std::string_view> headers = TakeUntil(body, "\r\n\r\n");
    if (!headers) return Wrong("A field has no content");
    const std::optional<std::string_view> name = FindName(*headers);
    const std::optional<std::string_view> content = TakeUntil(body, delimiter);
    if (!content) return Wrong("The form has no end");
    if (!name) return Wrong("A field has no name");
    fields.emplace_back(std::string(*name), wire::Json(*content));
  }
  return wire::Json(std::move(fields));
}

}  // namespace flagstream::api
