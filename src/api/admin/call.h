// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/request.h"
#include "service/use_cases.h"
#include "service/written.h"
#include "wire/json.h"

namespace flagstream::api {

// One request of the management side, on a worker. Borrows everything for the time of the call.
struct Call {
  const net::Request& request;
  service::UseCases& use_cases;
  const auth::Principal& caller;  // nobody where no credentials are asked for
  const std::string& token;       // or key of the caller, as sent
  const wire::Json& body;         // an empty object if there was none
  const std::string& base_url;    // of links to ourselves: "https://host"

  const std::string& Text(std::string_view name) const { return request.Path(name); }
  template <class AnyId>
  AnyId Id(std::string_view name) const {
    return AnyId{request.PathInteger(name)};
  }
};

// What to answer, and which changes this node should serve before it is sent.
struct Reply {
  int status = 200;
  std::string body;  // JSON text; empty: no body
  std::vector<bus::Change> changes = {};
};

using Action = std::function<Result<Reply>(const Call&)>;

inline Reply JsonReply(const wire::Json& body, int status = 200) { return {status, body.Dump()}; }
inline Reply JsonReply(const wire::Json& body, std::vector<bus::Change> changes, int status = 200) {
  return {status, body.Dump(), std::move(changes)};
}
inline Reply NoContent(std::vector<bus::Change> changes = {}) {
  return {204, "", std::move(changes)};
}

}  // namespace flagstream::api
