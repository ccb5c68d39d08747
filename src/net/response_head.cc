// SPDX-License-Identifier: Apache-2.0
#include "net/response_head.h"

#include <array>
#include <charconv>

namespace flagstream::net {
namespace {

void AppendNumber(size_t number, std::string& out) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// RFC 9110: neither carries a body, and a length would speak of another answer.
bool HasLength(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

bool HasBody(const Response& response, const AnswerForm& form) {
  return HasLength(response.status()) && !form.is_head;
}

void AppendHead(const Response& response, const AnswerForm& form, std::string_view date_line,
                std::string& out) {
  if (response.status() == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ");
    AppendNumber(static_cast<size_t>(response.status()), out);
    out.append(" ").append(ReasonPhrase(response.status())).append("\r\n");
  }
  out.append(date_line);
  out.append(response.header_lines());
  if (response.is_chunked()) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (HasLength(response.status())) {
    out.append("Content-Length: ");
    AppendNumber(response.body().size(), out);
    out.append("\r\n");
  }
  if (!form.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (!form.is_http11) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "";
  }
}

}  // namespace flagstream::net
