// SPDX-License-Identifier: Apache-2.0
#include "api/admin/people_json.h"

#include "api/admin/time_json.h"

namespace flagstream::api {

wire::Json PersonJson(const store::User& user) {
  wire::Json json;
  json.Set("id", user.id);
  json.Set("email", user.email);
  json.Set("first_name", user.first_name);
  json.Set("last_name", user.last_name);
  json.Set("last_login", TimeJson(user.last_login));
  json.Set("uuid", user.uuid);
  return json;
}

}  // namespace flagstream::api
