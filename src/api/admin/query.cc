// SPDX-License-Identifier: Apache-2.0
#include "api/admin/query.h"

#include <string>

#include "wire/request_fields.h"

namespace flagstream::api {

Result<std::optional<int64_t>> ReadQueryInteger(const net::Request& request,
                                                std::string_view name) {
  const std::optional<std::string> text = request.QueryParameter(name);
  if (!text || text->empty()) return std::optional<int64_t>();
  const std::optional<int64_t> value = wire::AsInteger(wire::Json(*text));
  if (!value) return Error::InvalidField(std::string(name), "A valid integer is required.");
  return value;
}

std::optional<bool> ReadQueryBoolean(const net::Request& request, std::string_view name) {
  const std::optional<std::string> text = request.QueryParameter(name);
  return text ? wire::AsBoolean(wire::Json(*text)) : std::nullopt;
}

}  // namespace flagstream::api
