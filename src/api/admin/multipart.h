// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "wire/json.h"

namespace flagstream::api {

// Whether a content type is that of a form with files.
bool IsMultipart(std::string_view content_type);

// The fields of such a form as an object of texts, so that they are read like any other body; of a
// file its content. kInvalidArgument if it cannot be read or has more than 20 fields. The bytes of
// a text are not checked.
Result<wire::Json> ParseMultipart(std::string_view content_type, std::string_view body);

}  // namespace flagstream::api
