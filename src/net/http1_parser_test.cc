// SPDX-License-Identifier: Apache-2.0
#include "net/http1_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace flagstream::net {
namespace {

// Goal: good requests are read alike in whatever portions they come, bad ones get the right status.

using State = Http1Parser::State;
using std::string_literals::operator""s;

constexpr Http1Limits kSmall{.header_bytes_max = 512, .body_bytes_max = 100};

// Gives all of `text` in portions of `size` as a session does: what is not taken comes again.
// Returns what was left over.
std::string ParseInPortions(Http1Parser& parser, std::string_view text, size_t size) {
  std::string unread;
  while (!text.empty()) {
    unread.append(text.substr(0, size));
    text.remove_prefix(std::min(size, text.size()));
    unread.erase(0, parser.Parse(unread));
  }
  return unread;
}

Request ParseGood(std::string_view text) {
  Http1Parser parser(kSmall);
  EXPECT_EQ(parser.Parse(text), text.size());
  EXPECT_EQ(parser.state(), State::kComplete) << parser.failure().sentence;
  return parser.TakeRequest();
}

int StatusOf(std::string_view text) {
  Http1Parser parser(kSmall);
  parser.Parse(text);
  EXPECT_EQ(parser.state(), State::kFailed) << text;
  EXPECT_EQ(parser.failure().sentence.empty(), parser.state() != State::kFailed);
  const int status = parser.failure().status;
  for (const size_t size : {1, 2, 7}) {
    Http1Parser again(kSmall);
    ParseInPortions(again, text, size);
    EXPECT_EQ(again.failure().status, status) << text << " in portions of " << size;
  }
  return status;
}

TEST(Http1ParserTest, ReadsARequestWithoutBody) {
  const Request request = ParseGood(
      "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-Environment-Key: \t k e y \t\r\nE:\r\n\r\n");
  EXPECT_EQ(request.method(), Method::kGet);
  EXPECT_EQ(request.path(), "/a%20b");
  EXPECT_EQ(request.query(), "c=d");
  EXPECT_EQ(request.Header("x-environment-key"), "k e y");
  EXPECT_EQ(request.Header("e"), "");
  EXPECT_EQ(request.body(), "");
  EXPECT_TRUE(request.keep_alive());
  EXPECT_TRUE(request.is_http11());
}

TEST(Http1ParserTest, ReadsBodiesInAnyPortions) {
  const std::string_view with_length =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world";
  const std::string_view chunked =
      "POST / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: Chunked\r\n\r\n"
      "5;a=b;c=\"d\"\r\nhello\r\n006\r\n world\r\n0\r\nX-Trailer: 1\r\nHost: y\r\n\r\n";
  for (const std::string_view text : {with_length, chunked}) {
    for (size_t size = 1; size <= text.size(); ++size) {
      Http1Parser parser(kSmall);
      EXPECT_EQ(ParseInPortions(parser, text, size), "");
      ASSERT_EQ(parser.state(), State::kComplete) << size << parser.failure().sentence;
      const Request request = parser.TakeRequest();
      EXPECT_EQ(request.body(), "hello world");
      EXPECT_EQ(request.Header("x-trailer"), std::nullopt);
    }
  }
}

TEST(Http1ParserTest, StopsBehindTheRequest) {
  Http1Parser parser(kSmall);
  const std::string first = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab";
  EXPECT_EQ(parser.Parse(first + "GET / HTTP"), first.size());
  EXPECT_EQ(parser.state(), State::kComplete);
  EXPECT_EQ(parser.TakeRequest().body(), "ab");
}

TEST(Http1ParserTest, SkipsAFewEmptyLinesBeforeARequest) {
  EXPECT_EQ(ParseGood("\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n").path(), "/a");
  EXPECT_EQ(StatusOf(std::string(40, '\n') + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 400);
}

TEST(Http1ParserTest, KnowsWhetherTheConnectionIsKept) {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    return ParseGood("GET / " + std::string(version) +
                     "\r\nHost: x\r\nConnection: " + std::string(connection) + "\r\n\r\n")
        .keep_alive();
  };
  EXPECT_TRUE(keeps("HTTP/1.1", "keep-alive"));
  EXPECT_TRUE(keeps("HTTP/1.1", "Upgrade, HTTP2-Settings"));
  EXPECT_FALSE(keeps("HTTP/1.1", "foo, Close"));
  EXPECT_FALSE(keeps("HTTP/1.0", "foo"));
  EXPECT_TRUE(keeps("HTTP/1.0", "Keep-Alive"));
}

TEST(Http1ParserTest, Http10NeedsNoHost) {
  const Request request = ParseGood("GET / HTTP/1.0\r\nExpect: whatever\r\n\r\n");
  EXPECT_FALSE(request.is_http11());
  EXPECT_FALSE(request.keep_alive());
}

TEST(Http1ParserTest, AwaitsContinueUntilTheBodyComes) {
  Http1Parser parser(kSmall);
  parser.Parse("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_TRUE(parser.AwaitsContinue());
  parser.Parse("a");
  EXPECT_FALSE(parser.AwaitsContinue());
}

TEST(Http1ParserTest, AwaitsNoContinueWithoutBody) {
  Http1Parser parser(kSmall);
  parser.Parse("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(parser.state(), State::kComplete);
  EXPECT_FALSE(parser.AwaitsContinue());
}

TEST(Http1ParserTest, RefusesBadHeads) {
  const std::string line = "GET / HTTP/1.1\r\n";
  for (const std::string& text : {
           std::string("hello\r\n\r\n"),
           std::string("GET  / HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("GET /\r\nHost: x\r\n\r\n"),
           std::string("GET / HTTP/1.1 \r\nHost: x\r\n\r\n"),
           std::string("GET /a b HTTP/1.1\r\nHost: x\r\n\r\n"),
           std::string("CONNECT host:1 HTTP/1.1\r\nHost: x\r\n\r\n"),
           "GE\0T / HTTP/1.1\r\nHost: x\r\n\r\n"s,
           "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s,
           line + "Host: x\r\nA: b\0c\r\n\r\n"s,
           line + "Host: x\r\nA : b\r\n\r\n",
           line + "Host: x\r\nA\r\n\r\n",
           line + "Host: x\r\n: b\r\n\r\n",
           line + "Host: x\nA: b\r\n\r\n",
           line + "Host: x\r\nA: b\rc\r\n\r\n",
           line + "\r\n",                              // no Host
           line + "Host: x\r\nHost: x\r\n\r\n",        // two
           line + "Host: x\r\nA: b\r\n c\r\n\r\n",     // folded
           line + "Host: x\r\nA: b\r\n \r\n\r\n",      // folded, empty second line
           line + "Host: x\r\nA:\r\n\tb\r\n\r\n",      // folded, empty first line
           line + "Host: x\r\nA:\r\n \r\n b\r\n\r\n",  // folded twice
       }) {
    EXPECT_EQ(StatusOf(text), 400) << text;
  }
}

TEST(Http1ParserTest, RefusesFramingThatCanBeReadInTwoWays) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string_view fields : {
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Content-Length: 3\r\nContent-Length: 3\r\n",
           "Content-Length: 3, 3\r\n",
           "Content-Length: 3\r\nContent-Length: 4\r\n",
           "Content-Length: +3\r\n",
           "Content-Length: -3\r\n",
           "Content-Length: 0x3\r\n",
           "Content-Length: \r\n",
           "Content-Length: 99999999999999999999\r\n",
       }) {
    EXPECT_EQ(StatusOf(head + std::string(fields) + "\r\nabc"), 400) << fields;
  }
  EXPECT_EQ(StatusOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(Http1ParserTest, RefusesUnknownCodingsAndExpectations) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  for (const std::string_view coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked", "xchunked"}) {
    EXPECT_EQ(StatusOf(head + "Transfer-Encoding: " + std::string(coding) + "\r\n\r\n"), 501)
        << coding;
  }
  EXPECT_EQ(StatusOf(head + "Expect: 200-ok\r\n\r\n"), 417);
}

TEST(Http1ParserTest, RefusesOtherVersions) {
  for (const std::string_view version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"}) {
    EXPECT_EQ(StatusOf("GET / " + std::string(version) + "\r\nHost: x\r\n\r\n"), 505) << version;
  }
  EXPECT_EQ(StatusOf("GET / HTTP/11\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.x\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / HTTP/1.11\r\nHost: x\r\n\r\n"), 400);
  EXPECT_EQ(StatusOf("GET / http/1.1\r\nHost: x\r\n\r\n"), 400);
}

TEST(Http1ParserTest, RefusesHeadsOverTheLimit) {
  const std::string line = "GET / HTTP/1.1\r\nHost: x\r\n";
  const std::string value(kSmall.header_bytes_max, 'a');
  EXPECT_EQ(StatusOf("GET /" + value + " HTTP/1.1\r\nHost: x\r\n\r\n"), 431);
  EXPECT_EQ(StatusOf(line + "A: " + value + "\r\n\r\n"), 431);
  EXPECT_EQ(StatusOf(line + "A: " + value), 431);  // not whole yet
  std::string many = line;
  for (int i = 0; i < 60; ++i) many += "Name: value\r\n";
  EXPECT_EQ(StatusOf(many + "\r\n"), 431);
}

TEST(Http1ParserTest, TakesHeadsUpToTheLimit) {
  const std::string before = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
  const size_t room = kSmall.header_bytes_max - before.size() - 4;
  const std::string text = before + std::string(room, 'a') + "\r\n\r\n";
  EXPECT_EQ(ParseGood(text).Header("a")->size(), room);
}

TEST(Http1ParserTest, RefusesBodiesOverTheLimit) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(StatusOf(head + "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n"), 413);
  EXPECT_EQ(StatusOf(head + "Transfer-Encoding: chunked\r\n\r\n65\r\nab"), 413);
  EXPECT_EQ(StatusOf(head + "Transfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'a') +
                     "\r\n40\r\n"),
            413);
  EXPECT_EQ(ParseGood(head + "Content-Length: 100\r\n\r\n" + std::string(100, 'a')).body().size(),
            100U);
}

TEST(Http1ParserTest, RefusesBadChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string_view chunks : {"x\r\nab", "-1\r\nab", "1\r\nabc\r\n", "1\r\na\n0\r\n\r\n",
                                        "1 2\r\na\r\n", "ffffffffffffffffff\r\n", "\r\n1\r\n"}) {
    const int status = StatusOf(head + std::string(chunks));
    EXPECT_EQ(status, 400) << chunks;
  }
  EXPECT_EQ(StatusOf(head + "1;" + std::string(600, 'a')), 400);
  EXPECT_EQ(StatusOf(head + "0\r\nA: " + std::string(600, 'a')), 400);
}

}  // namespace
}  // namespace flagstream::net
