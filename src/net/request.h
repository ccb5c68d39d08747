// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flagstream::net {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

std::string_view MethodName(Method method);

// One HTTP request, whole: head and body are here. Owns its bytes, so it may be moved to a worker thread.
// What it hands out as string_view lives as long as the request and moves with it.
class Request {
 public:
  Method method() const { return method_; }
  // As the client wrote it ("PURGE"), also where method() is kOther.
  std::string_view method_text() const;
  // The path as it was sent, still percent-encoded, without the query string.
  std::string_view path() const;
  // What follows '?', still encoded; empty if there is none.
  std::string_view query() const;
  std::string_view body() const { return body_; }

  // The value of the first header `name` (ASCII case ignored), without surrounding blanks.
  std::optional<std::string_view> Header(std::string_view name) const;
  // The first query parameter `name`, decoded by the rules of forms: '+' and "%20" are a space.
  std::optional<std::string> QueryParameter(std::string_view name) const;
  // All values of a repeated query parameter, decoded.
  std::vector<std::string> QueryParameters(std::string_view name) const;

  // The part of the path that the route calls `name`, percent-decoded. The route must have it.
  const std::string& Path(std::string_view name) const;
  // The same for a part the route declares as an integer.
  int64_t PathInteger(std::string_view name) const;

  // Address of the client without port: the peer's, or, behind a trusted proxy, the one it reports.
  const std::string& client_address() const { return client_address_; }
  // Whether the client wants the connection kept after the answer.
  bool keep_alive() const { return keep_alive_; }
  // The pattern of the route that matched ("/api/v1/projects/{project:int}/"): a metric label. Empty if none did.
  std::string_view route() const { return route_; }

 private:
  friend class RequestBuilder;
  friend class Router;

  Method method_ = Method::kOther;
  bool keep_alive_ = true;
  std::string head_;  // target, method and headers, as the offsets below say
  // ... the implementation decides how parts are kept.
  std::string body_;
  std::string client_address_;
  std::string_view route_;
  std::vector<std::pair<std::string_view, std::string>> path_parameters_;
};

}  // namespace flagstream::net
