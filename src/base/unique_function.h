// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/assert.h"

namespace flagstream {

template <class Signature>
class UniqueFunction;

// A std::function that may hold what can only be moved. Empty until given something to call.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;

  template <class F>
    requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
             std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
  // NOLINTNEXTLINE(google-explicit-constructor): a lambda is passed where a function is wanted.
  UniqueFunction(F&& function)
      : callee_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(function))) {}

  explicit operator bool() const { return callee_ != nullptr; }

  R operator()(Args... args) {
    FLAGSTREAM_ASSERT(callee_ != nullptr);
    return callee_->Call(std::forward<Args>(args)...);
  }

 private:
  struct Callee {
    virtual ~Callee() = default;
    virtual R Call(Args... args) = 0;
  };
  template <class F>
  struct Holder final : Callee {
    explicit Holder(F f) : function(std::move(f)) {}
    R Call(Args... args) override { return function(std::forward<Args>(args)...); }
    F function;
  };

  std::unique_ptr<Callee> callee_;
};

}  // namespace flagstream
