// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flagstream {

// What kind of failure it is, for the code that must decide what to do next. Closed: a new kind
// needs a new decision.
enum class ErrorCode {
  kInvalidArgument,   // the caller's input is wrong; FieldError says where
  kUnauthenticated,   // no credentials, or unknown ones
  kPermissionDenied,  // known, but not allowed
  kNotFound,          // absent, or not visible to the caller
  kConflict,          // collides with what is stored
  kTooLarge,          // over a named limit
  kTooManyRequests,   // over a rate; RetryAfter applies
  kUnavailable,       // database, bus or disk; trying again may help
  kCorrupt,           // stored data cannot be read
  kInternal,          // ours
};

std::string_view ErrorCodeName(ErrorCode code);

// One field of the caller's input and what is wrong with it. `field` is a dotted path
// ("traits.0.trait_key"); empty means the object as a whole.
struct FieldError {
  std::string field;
  std::string message;

  bool operator==(const FieldError&) const = default;
};

// An expected failure: a code for programs, a sentence for people, and what caused it, if anything
// did.
class [[nodiscard]] Error {
 public:
  Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}
  Error(ErrorCode code, std::string message, Error cause);

  // The input is wrong in one named field.
  static Error InvalidField(std::string field, std::string message);
  // The input is wrong in all of `fields`, which must not be empty.
  static Error InvalidFields(std::vector<FieldError> fields);
  static Error NotFound(std::string message = "Not found.");
  static Error PermissionDenied();
  static Error Unavailable(std::string message);
  static Error Internal(std::string message);

  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::vector<FieldError>& fields() const { return fields_; }
  const Error* cause() const { return cause_.get(); }

  // For logs: the code, the sentence and the chain of causes on one line.
  std::string ToString() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<FieldError> fields_;
  std::shared_ptr<const Error> cause_;
};

}  // namespace flagstream
