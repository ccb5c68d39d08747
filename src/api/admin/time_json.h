// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "wire/json.h"
#include "wire/time.h"

namespace flagstream::api {

// "2026-08-21T10:11:12.123456Z"; null where there is none.
inline wire::Json TimeJson(std::optional<int64_t> micros) {
  return micros ? wire::Json(wire::FormatAdminTime(*micros)) : wire::Json();
}

}  // namespace flagstream::api
