// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "net/request.h"
#include "net/response.h"
#include "replica/served_environment.h"

// Answers that carry an environment's data. Only they have the stamp: a client that sees it on
// anything else would believe to hold data it does not have.
namespace flagstream::api {

// 200 with JSON made for this request.
net::Response DataAnswer(std::string_view stamp_text, std::string body);

// Facts of a prepared answer beyond body and stamp.
struct PreparedAnswerOptions {
  std::string_view
      last_modified;  // empty: no Last-Modified, and If-Modified-Since is not looked at
  bool may_compare_last_modified = false;  // whether If-Modified-Since may lead to a 304
};

// 200 with `body` in the coding that the client prefers, or 304 if it has exactly that.
net::Response PreparedAnswer(const net::Request& request, const replica::PreparedBody& body,
                             std::string_view stamp_text,
                             const PreparedAnswerOptions& options = {});

}  // namespace flagstream::api
