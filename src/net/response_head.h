// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "net/response.h"

namespace flagstream::net {

// What the request says about the form of its answer.
struct AnswerForm {
  bool is_head = false;    // HEAD: the length, but no body
  bool is_http11 = true;   // HTTP/1.0 wants to be told that the connection is kept
  bool keep_alive = true;  // whether it is
};

// Whether a body follows the head.
bool HasBody(const Response& response, const AnswerForm& form);

// Appends the bytes of an answer's head, from status line to empty line. `date_line` is the whole
// Date header line.
void AppendHead(const Response& response, const AnswerForm& form, std::string_view date_line,
                std::string& out);

// "Not Found"; empty if there is no usual one.
std::string_view ReasonPhrase(int status);

}  // namespace flagstream::net
