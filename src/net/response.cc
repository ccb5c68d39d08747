// SPDX-License-Identifier: Apache-2.0
#include "net/response.h"

#include <utility>

#include "base/assert.h"

namespace flagstream::net {
namespace {

bool IsOneLine(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

Response& Response::AddHeader(std::string_view name, std::string_view value) {
  FLAGSTREAM_ASSERT(IsOneLine(name) && IsOneLine(value));
  header_lines_.reserve(header_lines_.size() + name.size() + value.size() + 4);
  header_lines_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

Response& Response::AddHeaderLines(std::string_view lines) {
  header_lines_.append(lines);
  return *this;
}

Response& Response::SetBody(std::string body) {
  shared_body_.reset();
  body_ = std::move(body);
  return *this;
}

Response& Response::SetBody(std::shared_ptr<const std::string> body) {
  body_.clear();
  shared_body_ = std::move(body);
  return *this;
}

Response& Response::SetChunks(std::string chunks) {
  is_chunked_ = true;
  return SetBody(std::move(chunks));
}

std::shared_ptr<const std::string> Response::TakeBody() {
  if (shared_body_ != nullptr) return std::move(shared_body_);
  return std::make_shared<const std::string>(std::move(body_));
}

}  // namespace flagstream::net
