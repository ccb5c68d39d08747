// SPDX-License-Identifier: Apache-2.0
#include "api/answers.h"

#include <utility>

#include "api/cors.h"
#include "wire/json.h"

namespace flagstream::api {

std::string_view CommonHeaderLines() {
  static const std::string lines = "Flagsmith-Version: " + std::string(kApiLevel) +
                                   "\r\nX-Content-Type-Options: nosniff\r\n" +
                                   std::string(kCorsHeaderLines);
  return lines;
}

net::Response JsonAnswer(int status, std::string body) {
  net::Response response = EmptyAnswer(status);
  response.AddHeaderLines("Content-Type: application/json\r\n");
  response.SetBody(std::move(body));
  return response;
}

net::Response EmptyAnswer(int status) {
  net::Response response(status);
  response.AddHeaderLines(CommonHeaderLines());
  response.AddHeaderLines("Cache-Control: no-store\r\nVary: Accept, Origin\r\n");
  return response;
}

net::Response DetailAnswer(int status, std::string_view sentence) {
  std::string body = R"({"detail":)";
  wire::AppendJsonString(body, sentence);
  body += '}';
  return JsonAnswer(status, std::move(body));
}

}  // namespace flagstream::api
