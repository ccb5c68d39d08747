// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include "base/assert.h"

namespace flagstream {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kUnauthenticated:
      return "unauthenticated";
    case ErrorCode::kPermissionDenied:
      return "permission denied";
    case ErrorCode::kNotFound:
      return "not found";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kTooLarge:
      return "too large";
    case ErrorCode::kTooManyRequests:
      return "too many requests";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kCorrupt:
      return "corrupt";
    case ErrorCode::kInternal:
      return "internal";
  }
  FLAGSTREAM_UNREACHABLE();
}

Error::Error(ErrorCode code, std::string message, Error cause)
    : code_(code),
      message_(std::move(message)),
      cause_(std::make_shared<const Error>(std::move(cause))) {}

Error Error::InvalidField(std::string field, std::string message) {
  return InvalidFields({{std::move(field), std::move(message)}});
}

Error Error::InvalidFields(std::vector<FieldError> fields) {
  FLAGSTREAM_ASSERT(!fields.empty());
  Error error(ErrorCode::kInvalidArgument, fields.front().message);
  error.fields_ = std::move(fields);
  return error;
}

Error Error::NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }

Error Error::PermissionDenied() {
  return {ErrorCode::kPermissionDenied, "You do not have permission to perform this action."};
}

Error Error::Unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message)};
}

Error Error::Internal(std::string message) { return {ErrorCode::kInternal, std::move(message)}; }

std::string Error::ToString() const {
  std::string text(ErrorCodeName(code_));
  text += ": ";
  text += message_;
  for (const Error* e = cause(); e != nullptr; e = e->cause()) {
    if (text.back() == '.') text.pop_back();
    text += "; because ";
    text += e->message();
  }
  return text;
}

}  // namespace flagstream
