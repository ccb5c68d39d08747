// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>

#include "net/request.h"
#include "net/request_builder.h"

namespace flagstream::net {

struct Http1Limits {
  size_t header_bytes_max = 16 * 1024;
  size_t body_bytes_max = 2 * 1024 * 1024;
};

// Reads one HTTP/1.x request from bytes that come in any portions. Strict: what two servers could
// read differently (folded lines, both kinds of length, more than one Host) is refused. One parser
// per request; not to be used further after a failure.
class Http1Parser : private boost::beast::http::basic_parser<true> {
 public:
  enum class State { kHead, kBody, kComplete, kFailed };

  // Why a request was refused: the status and the sentence to answer.
  struct Failure {
    int status = 0;
    std::string sentence;
  };

  explicit Http1Parser(const Http1Limits& limits);

  // Takes what it can of `bytes` and returns how much that was; the rest must come again, with more
  // behind it. Stops after the request's last byte.
  size_t Parse(std::string_view bytes);

  State state() const { return state_; }
  // Whether any byte of the request came; empty lines before it do not count.
  bool HasBegun() const { return got_some(); }
  // In kFailed.
  const Failure& failure() const { return failure_; }
  // In kHead: the bytes that were taken of it, so that another parser can begin anew.
  const std::string& partial_head() const { return partial_head_; }
  // In kBody: whether the client waits for "100 Continue" before it sends the body.
  bool AwaitsContinue() const;
  // The request as far as it is known.
  const Request& request() const { return builder_.request(); }
  void SetClientAddress(std::string address) { builder_.SetClientAddress(std::move(address)); }
  // In kComplete, once.
  Request TakeRequest() { return builder_.Build(); }

 private:
  using ErrorCode = boost::beast::error_code;
  using StringView = boost::beast::string_view;

  // basic_parser: what it found.
  void on_request_impl(boost::beast::http::verb method, StringView method_text, StringView target,
                       int version, ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field field, StringView name, StringView value,
                     ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, ErrorCode& error) override;
  std::size_t on_body_impl(StringView bytes, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, StringView extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, StringView bytes, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;
  void on_response_impl(int status, StringView reason, int version, ErrorCode& error) override;

  size_t SkipEmptyLines(std::string_view bytes);
  bool IsShortOfFirstChunk(std::string_view bytes) const;
  bool IsFolded(StringView name, StringView value) const;
  void CheckField(boost::beast::http::field field, std::string_view value);
  void CheckHead();
  // Notes a refusal of our own and stops the parser.
  void Refuse(int status, std::string_view sentence);
  void RefuseLongHead();
  // Turns an error of the parser into a refusal.
  void RefuseFor(const ErrorCode& error, std::string_view unread);

  const Http1Limits limits_;

  State state_ = State::kHead;
  Failure failure_;
  RequestBuilder builder_;
  std::string_view input_;  // of the call to Parse under way
  std::string partial_head_;
  size_t skipped_bytes_ = 0;
  int host_count_ = 0;
  bool has_content_length_ = false;
  bool has_transfer_encoding_ = false;
  bool is_http11_ = false;
  bool expects_continue_ = false;
  bool has_chunk_ = false;
};

}  // namespace flagstream::net
