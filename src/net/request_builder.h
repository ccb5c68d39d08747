// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "net/request.h"

namespace flagstream::net {

// Puts a Request together: the protocols do, and tests that need one without a socket:
//   Request request = RequestBuilder("POST", "/api/v1/identities/?a=1").Body("{}").Build();
class RequestBuilder {
 public:
  RequestBuilder() = default;
  // Requires a target that SetTarget takes.
  RequestBuilder(std::string_view method, std::string_view target);

  void SetMethod(std::string_view text);
  // Takes a path with an optional query, an absolute URL, whose scheme and host are dropped, or
  // "*". False for anything else.
  [[nodiscard]] bool SetTarget(std::string_view target);
  void AddHeader(std::string_view name, std::string_view value);
  void AppendBody(std::string_view bytes) { request_.body_.append(bytes); }
  void SetKeepAlive(bool keep_alive) { request_.keep_alive_ = keep_alive; }
  void SetHttp11(bool is_http11) { request_.is_http11_ = is_http11; }
  void SetClientAddress(std::string address) { request_.client_address_ = std::move(address); }

  // What was put in so far.
  const Request& request() const { return request_; }
  size_t body_size() const { return request_.body_.size(); }

  // The same as calls that can be chained, for tests.
  RequestBuilder&& Header(std::string_view name, std::string_view value) &&;
  RequestBuilder&& Body(std::string_view body) &&;
  RequestBuilder&& ClientAddress(std::string_view address) &&;
  RequestBuilder&& Http10() &&;
  // As if a route had matched. `name` must outlive the request: a literal.
  RequestBuilder&& PathParameter(std::string_view name, std::string_view value) &&;

  // Leaves an empty builder.
  Request Build();

 private:
  Request request_;
};

}  // namespace flagstream::net
