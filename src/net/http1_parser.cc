// SPDX-License-Identifier: Apache-2.0
#include "net/http1_parser.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <boost/beast/http/error.hpp>

#include "net/ascii.h"

namespace flagstream::net {
namespace {

namespace http = boost::beast::http;

// Empty lines before a request, which some clients send after a body (RFC 9112, 2.2).
constexpr size_t kSkippedBytesMax = 16;
// Lets the parser return to us after a refusal of our own; which error it is does not matter.
constexpr auto kRefused = http::error::bad_value;

std::string_view ToStd(boost::beast::string_view text) { return {text.data(), text.size()}; }

// Whether the request line that could not be read asks for a version which exists, but not here.
bool IsOtherVersion(std::string_view line) {
  line = line.substr(0, line.find('\r'));
  constexpr std::string_view kName = " HTTP/";
  const size_t at = line.rfind(kName);
  if (at == std::string_view::npos) return false;
  const std::string_view version = line.substr(at + kName.size());
  return version.size() == 3 && IsDigit(version[0]) && version[1] == '.' && IsDigit(version[2]) &&
         version != "1.0" && version != "1.1";
}

}  // namespace

Http1Parser::Http1Parser(const Http1Limits& limits) : limits_(limits) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  body_limit(limits.body_bytes_max);
}

size_t Http1Parser::Parse(std::string_view bytes) {
  const size_t skipped = got_some() ? 0 : SkipEmptyLines(bytes);
  bytes.remove_prefix(skipped);
  if (bytes.empty() || state_ == State::kComplete || state_ == State::kFailed) return skipped;
  if (IsShortOfFirstChunk(bytes)) return skipped;

  input_ = bytes;
  ErrorCode error;
  const size_t taken = put({bytes.data(), bytes.size()}, error);
  const std::string_view unread = bytes.substr(taken);
  if (error && error != http::error::need_more) {
    RefuseFor(error, unread);
  } else if (state_ == State::kHead) {
    partial_head_.append(bytes.substr(0, taken));
    if (partial_head_.size() + unread.size() > limits_.header_bytes_max) RefuseLongHead();
  } else if (state_ == State::kBody && unread.size() > limits_.header_bytes_max) {
    Refuse(400, "A chunk's size line or the trailers are too long.");
  }
  return skipped + taken;
}

// Beast (1.81) aborts when an empty body's only chunk, "0\r\n\r\n", comes to it in less than five
// bytes. No chunked body is shorter, so waiting for that many keeps nobody waiting.
bool Http1Parser::IsShortOfFirstChunk(std::string_view bytes) const {
  constexpr size_t kShortestBody = 5;
  return state_ == State::kBody && chunked() && !has_chunk_ && bytes.size() < kShortestBody;
}

bool Http1Parser::AwaitsContinue() const {
  return state_ == State::kBody && expects_continue_ && builder_.body_size() == 0;
}

size_t Http1Parser::SkipEmptyLines(std::string_view bytes) {
  const size_t skipped = std::min(bytes.find_first_not_of("\r\n"), bytes.size());
  skipped_bytes_ += skipped;
  if (skipped_bytes_ > kSkippedBytesMax) Refuse(400, "The request begins with empty lines.");
  return skipped;
}

void Http1Parser::on_request_impl(http::verb, StringView method, StringView target, int version,
                                  ErrorCode& error) {
  is_http11_ = version == 11;
  builder_.SetHttp11(is_http11_);
  builder_.SetMethod(ToStd(method));
  if (!builder_.SetTarget(ToStd(target))) {
    Refuse(400, "The request target is neither a path nor a URL.");
    error = kRefused;
  }
}

void Http1Parser::on_field_impl(http::field field, StringView name, StringView value,
                                ErrorCode& error) {
  // Trailers are read and dropped: nobody asks for them, and they must not pass for headers.
  if (state_ != State::kHead) return;
  if (IsFolded(name, value)) {
    Refuse(400, "A header is folded over several lines.");
  } else {
    CheckField(field, ToStd(value));
    builder_.AddHeader(ToStd(name), ToStd(value));
  }
  if (state_ == State::kFailed) error = kRefused;
}

// The parser unfolds into a buffer of its own, or steps over an empty first line.
bool Http1Parser::IsFolded(StringView name, StringView value) const {
  const std::less<const char*> before;
  const char* name_end = name.data() + name.size();
  if (before(value.data(), name_end)) return true;
  if (before(input_.data() + input_.size(), value.data() + value.size())) return true;
  return std::find(name_end, value.data(), '\n') != value.data();
}

void Http1Parser::CheckField(http::field field, std::string_view value) {
  switch (field) {
    case http::field::host:
      ++host_count_;
      break;
    case http::field::content_length:
      // A list of equal lengths is allowed, but no client of good will sends one.
      if (has_content_length_ || !std::all_of(value.begin(), value.end(), IsDigit)) {
        Refuse(400, "Content-Length is not one number.");
      }
      has_content_length_ = true;
      break;
    case http::field::transfer_encoding:
      if (!EqualsIgnoringCase(value, "chunked")) {
        Refuse(501, "The only known Transfer-Encoding is \"chunked\".");
      }
      has_transfer_encoding_ = true;
      break;
    case http::field::expect:
      if (!is_http11_) break;  // HTTP/1.0 has no expectations
      if (!EqualsIgnoringCase(value, "100-continue")) {
        Refuse(417, "The only known expectation is \"100-continue\".");
      }
      expects_continue_ = true;
      break;
    default:
      break;
  }
}

void Http1Parser::on_header_impl(ErrorCode& error) {
  CheckHead();
  if (state_ == State::kFailed) {
    error = kRefused;
    return;
  }
  builder_.SetKeepAlive(keep_alive());
  state_ = State::kBody;
}

void Http1Parser::CheckHead() {
  if (host_count_ > 1 || (is_http11_ && host_count_ == 0)) {
    Refuse(400, "The request must have exactly one Host header.");
  } else if (has_transfer_encoding_ && !is_http11_) {
    Refuse(400, "HTTP/1.0 knows no Transfer-Encoding.");
  }
}

void Http1Parser::on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) {}

std::size_t Http1Parser::on_body_impl(StringView bytes, ErrorCode&) {
  builder_.AppendBody(ToStd(bytes));
  return bytes.size();
}

void Http1Parser::on_chunk_header_impl(std::uint64_t, StringView, ErrorCode&) { has_chunk_ = true; }

std::size_t Http1Parser::on_chunk_body_impl(std::uint64_t, StringView bytes, ErrorCode&) {
  builder_.AppendBody(ToStd(bytes));
  return bytes.size();
}

void Http1Parser::on_finish_impl(ErrorCode&) { state_ = State::kComplete; }

void Http1Parser::on_response_impl(int, StringView, int, ErrorCode&) {}

void Http1Parser::Refuse(int status, std::string_view sentence) {
  state_ = State::kFailed;
  failure_ = {status, std::string(sentence)};
}

void Http1Parser::RefuseLongHead() {
  Refuse(431,
         "The request head is larger than " + std::to_string(limits_.header_bytes_max) + " bytes.");
}

void Http1Parser::RefuseFor(const ErrorCode& error, std::string_view unread) {
  if (state_ == State::kFailed) return;  // by us
  if (error == http::error::header_limit) {
    RefuseLongHead();
  } else if (error == http::error::body_limit) {
    Refuse(413,
           "The request body is larger than " + std::to_string(limits_.body_bytes_max) + " bytes.");
  } else if (error == http::error::bad_version && IsOtherVersion(unread)) {
    Refuse(505, "The HTTP versions known here are 1.0 and 1.1.");
  } else {
    Refuse(400, "The request is not HTTP: " + error.message() + ".");
  }
}

}  // namespace flagstream::net
