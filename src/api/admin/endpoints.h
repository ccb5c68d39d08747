// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "api/admin/admin_context.h"
#include "api/admin/call.h"
#include "net/router.h"

namespace flagstream::api {

// Adds management endpoints to one shard's router. Paths are relative to /api/v1/
// unless they begin with a slash. Each request is
// read on the shard, done on a worker, and answered when this node serves what it changed.
class Endpoints {
 public:
  // Both outlive this; `context` outlives the router as well.
  Endpoints(net::Router& router, const AdminContext& context)
      : router_(router), context_(context) {}

  // For users with a token and for master keys.
  void Get(std::string_view path, Action action) {
    Add(net::Method::kGet, path, std::move(action), Kind::kUser);
  }
  void Post(std::string_view path, Action action) {
    Add(net::Method::kPost, path, std::move(action), Kind::kUser);
  }
  void Put(std::string_view path, Action action) {
    Add(net::Method::kPut, path, std::move(action), Kind::kUser);
  }
  void Patch(std::string_view path, Action action) {
    Add(net::Method::kPatch, path, std::move(action), Kind::kUser);
  }
  void Delete(std::string_view path, Action action) {
    Add(net::Method::kDelete, path, std::move(action), Kind::kUser);
  }
  // The same where the body may be a form with files, whose fields are then read as texts.
  void PostForm(std::string_view path, Action action) {
    Add(net::Method::kPost, path, std::move(action), Kind::kUserForm);
  }
  // PUT and PATCH alike: a member that is missing leaves what is stored.
  void Update(std::string_view path, const Action& action);

  // For users with a token who also send their password.
  void AddWithPassword(net::Method method, std::string_view path, Action action) {
    Add(method, path, std::move(action), Kind::kUserWithPassword);
  }
  // For anybody, a limited number of times: log-in and sign-up.
  void PostOpen(std::string_view path, Action action) {
    Add(net::Method::kPost, path, std::move(action), Kind::kOpenWithPassword);
  }

 private:
  enum class Kind { kUser, kUserForm, kUserWithPassword, kOpenWithPassword };
  struct Endpoint;
  struct Exchange;

  void Add(net::Method method, std::string_view path, Action action, Kind kind);

  net::Router& router_;
  const AdminContext& context_;
};

}  // namespace flagstream::api
