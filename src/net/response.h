// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace flagstream::net {

// An answer, before the session adds status line, Content-Length, Date and Connection.
class Response {
 public:
  Response() = default;
  explicit Response(int status) : status_(status) {}

  int status() const { return status_; }
  void SetStatus(int status) { status_ = status; }

  // Requires values without CR, LF and NUL.
  Response& AddHeader(std::string_view name, std::string_view value);
  // Lines that are ready to send ("Name: value\r\n..."), made once for many answers.
  Response& AddHeaderLines(std::string_view lines);

  Response& SetBody(std::string body);
  // A body that many answers share; never copied.
  Response& SetBody(std::shared_ptr<const std::string> body);

  // A body that is in HTTP/1.1 chunks already, the last one included: it is sent as it stands, and
  // the head says so in place of a length. Only in answer to HTTP/1.1.
  Response& SetChunks(std::string chunks);

  bool is_chunked() const { return is_chunked_; }
  std::string_view header_lines() const { return header_lines_; }
  std::string_view body() const { return shared_body_ ? *shared_body_ : std::string_view(body_); }
  const std::shared_ptr<const std::string>& shared_body() const { return shared_body_; }
  // The body as one that can be kept without copying; the response has none afterwards.
  std::shared_ptr<const std::string> TakeBody();

 private:
  int status_ = 200;
  bool is_chunked_ = false;
  std::string header_lines_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
};

}  // namespace flagstream::net
