// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "loadgen/endpoint.h"

namespace flagstream::loadgen {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// The length of the body that a response head announces: its status line and headers, each with
// CRLF.
std::optional<size_t> ContentLength(std::string head);

// One kept connection for the few requests that steer a run. Blocks, ten seconds at most per
// call.
class HttpClient {
 public:
  static Result<HttpClient> Connect(const Endpoint& endpoint);
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;
  ~HttpClient();

  // `headers` are whole lines with CRLF. kUnavailable if the connection breaks.
  Result<> Send(std::string_view method, std::string_view path, std::string_view headers,
                std::string_view body);
  // The answer to the oldest request that has none yet. kUnavailable if the connection breaks or
  // the answer has no Content-Length.
  Result<HttpAnswer> ReadAnswer();

 private:
  HttpClient(int descriptor, std::string host) : descriptor_(descriptor), host_(std::move(host)) {}
  Result<> ReadMore();

  int descriptor_;
  std::string host_;
  std::string input_;
};

}  // namespace flagstream::loadgen
