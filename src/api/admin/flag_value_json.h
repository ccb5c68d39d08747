// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "api/admin/body_reader.h"
#include "flags/value.h"
#include "service/written.h"
#include "wire/json.h"

// The two forms in which the management API writes the value of a flag.
namespace flagstream::api {

// "blue", 5, true or null.
wire::Json PlainValueJson(const flags::FlagValue& value);
// {"type", "string_value", "integer_value", "boolean_value"}; readers go by the type.
wire::Json TypedValueJson(const flags::FlagValue& value);

// Reads the member `feature_state_value` of a body. What is neither text, integer nor boolean is
// wrong, but for a float, which becomes its text.
service::Given<flags::FlagValue> ReadPlainValue(BodyReader& body);
service::Given<flags::FlagValue> ReadTypedValue(BodyReader& body);

}  // namespace flagstream::api
