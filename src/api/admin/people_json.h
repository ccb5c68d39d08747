// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "service/accounts.h"
#include "wire/json.h"

// Users as parts of other answers.
namespace flagstream::api {

// {"id", "email", "first_name", "last_name", "last_login", "uuid"}.
wire::Json PersonJson(const store::User& user);

}  // namespace flagstream::api
