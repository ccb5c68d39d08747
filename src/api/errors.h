// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/error.h"
#include "net/response.h"
#include "net/router.h"

// The one place where an Error becomes a status and a body of the reference's shape.
namespace flagstream::api {

// 400 for input and limits, 401, 403, 404, 409, 429, 503; the rest is 500, whose cause goes to the
// log and not to the client.
int StatusOf(ErrorCode code);

// `retry_after` is told to the client with 429 and 503; SDKs sleep that long in the caller's
// thread, so it is small.
net::Response ErrorAnswer(const Error& error,
                          std::chrono::seconds retry_after = std::chrono::seconds(1));

// What a router answers where no handler can.
net::FallbackAnswers MakeFallbackAnswers();

}  // namespace flagstream::api
