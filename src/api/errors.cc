// SPDX-License-Identifier: Apache-2.0
#include "api/errors.h"

#include <string>
#include <string_view>

#include "api/answers.h"
#include "api/cors.h"
#include "base/assert.h"
#include "base/log.h"
#include "wire/error_body.h"

namespace flagstream::api {
namespace {

// SDKs never ask for anything else below this prefix than a stream, and some read an error's body
// as a stream.
bool IsStreamPath(std::string_view path) { return path.starts_with("/sse/"); }

net::Response NotFoundAnswer(const net::Request& request) {
  if (IsStreamPath(request.path())) return EmptyAnswer(404);
  return DetailAnswer(404, "Not found.");
}

net::Response MethodAnswer(const net::Request& request, std::string_view allow) {
  net::Response response =
      IsStreamPath(request.path())
          ? EmptyAnswer(405)
          : DetailAnswer(405, "Method \"" + std::string(request.method_text()) + "\" not allowed.");
  response.AddHeader("Allow", allow);
  return response;
}

}  // namespace

int StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kTooLarge:
      return 400;  // not 413: the Java SDK repeats those without end
    case ErrorCode::kTooManyRequests:
      return 429;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal:
      return 500;
  }
  FLAGSTREAM_UNREACHABLE();
}

net::Response ErrorAnswer(const Error& error, std::chrono::seconds retry_after) {
  const int status = StatusOf(error.code());
  if (status == 500) {
    log::Error("a request failed", {{"cause", error.ToString()}});
    return DetailAnswer(500, "Internal server error.");
  }
  if (status == 503) {
    // Its owner logs and counts the failure once; here it would be once per request.
    log::Debug("a request was turned away", {{"cause", error.ToString()}});
    net::Response response = DetailAnswer(503, "Temporarily unavailable.");
    response.AddHeader("Retry-After", std::to_string(retry_after.count()));
    return response;
  }
  net::Response response = JsonAnswer(status, wire::EncodeErrorBody(error));
  if (status == 401) response.AddHeader("WWW-Authenticate", "Token realm=\"api\"");
  if (status == 429) response.AddHeader("Retry-After", std::to_string(retry_after.count()));
  return response;
}

net::FallbackAnswers MakeFallbackAnswers() {
  return {.not_found = NotFoundAnswer,
          .method_not_allowed = MethodAnswer,
          .options = OptionsAnswer,
          .bad_request = [](int status, std::string_view sentence) {
            return DetailAnswer(status, sentence);
          }};
}

}  // namespace flagstream::api
