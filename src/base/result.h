// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "base/assert.h"
#include "base/error.h"

namespace flagstream {

// A value, or the Error that kept us from having one. Reading the one that is not there aborts.
// (std::variant rather than boost::system::result: the latter hands its error out by value only.)
template <class T = void>
class [[nodiscard]] Result {
 public:
  // NOLINTBEGIN(google-explicit-constructor): returning a value or an Error is how a Result is
  // made.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  // NOLINTEND(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    FLAGSTREAM_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    FLAGSTREAM_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  const Error& error() const {
    FLAGSTREAM_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success, or the Error that prevented it.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): as above.
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    FLAGSTREAM_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace flagstream

#define FLAGSTREAM_CONCAT_(a, b) a##b
#define FLAGSTREAM_CONCAT(a, b) FLAGSTREAM_CONCAT_(a, b)

// Leaves the function with the error of `expression`, a Result, if it has one.
#define FLAGSTREAM_TRY(expression) \
  if (auto&& flagstream_result = (expression); !flagstream_result) return flagstream_result.error()

// The same, else `target` (a declaration or a variable) gets the value.
#define FLAGSTREAM_ASSIGN(target, expression)                          \
  auto FLAGSTREAM_CONCAT(flagstream_result_, __LINE__) = (expression); \
  if (!FLAGSTREAM_CONCAT(flagstream_result_, __LINE__))                \
    return FLAGSTREAM_CONCAT(flagstream_result_, __LINE__).error();    \
  target = *std::move(FLAGSTREAM_CONCAT(flagstream_result_, __LINE__))
