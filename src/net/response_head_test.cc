// SPDX-License-Identifier: Apache-2.0
#include "net/response_head.h"

#include <gtest/gtest.h>

#include "net/date_line.h"

namespace flagstream::net {
namespace {

// Goal: the head that is sent frames the answer for every kind of client.

std::string HeadOf(const Response& response, const AnswerForm& form = {}) {
  std::string out;
  AppendHead(response, form, "Date: now\r\n", out);
  return out;
}

TEST(ResponseHeadTest, HasDateHeadersAndLength) {
  Response response(200);
  response.AddHeader("A", "b").SetBody(std::string("12345"));
  EXPECT_EQ(HeadOf(response), "HTTP/1.1 200 OK\r\nDate: now\r\nA: b\r\nContent-Length: 5\r\n\r\n");
  EXPECT_TRUE(HasBody(response, {}));
}

TEST(ResponseHeadTest, HeadHasTheLengthAndNoBody) {
  Response response(200);
  response.SetBody(std::string("12345"));
  EXPECT_NE(HeadOf(response, {.is_head = true}).find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_FALSE(HasBody(response, {.is_head = true}));
}

TEST(ResponseHeadTest, ABodyInChunksHasNoLength) {
  Response response(200);
  response.SetChunks("1\r\na\r\n0\r\n\r\n");
  EXPECT_EQ(HeadOf(response), "HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(response.body(), "1\r\na\r\n0\r\n\r\n");
}

TEST(ResponseHeadTest, SomeStatusesHaveNoBody) {
  for (const int status : {204, 304}) {
    Response response(status);
    response.SetBody(std::string("must not be sent"));
    EXPECT_EQ(HeadOf(response).find("Content-Length"), std::string::npos) << status;
    EXPECT_FALSE(HasBody(response, {})) << status;
  }
  EXPECT_NE(HeadOf(Response(404)).find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(ResponseHeadTest, SaysWhatBecomesOfTheConnectionWhereNeeded) {
  EXPECT_EQ(HeadOf(Response(200)).find("Connection"), std::string::npos);
  EXPECT_NE(HeadOf(Response(200), {.keep_alive = false}).find("Connection: close\r\n"),
            std::string::npos);
  EXPECT_NE(HeadOf(Response(200), {.is_http11 = false}).find("Connection: keep-alive\r\n"),
            std::string::npos);
}

TEST(ResponseHeadTest, StatusLinesHaveTheirPhrase) {
  EXPECT_EQ(HeadOf(Response(404)).substr(0, 24), "HTTP/1.1 404 Not Found\r\n");
  EXPECT_EQ(HeadOf(Response(299)).substr(0, 15), "HTTP/1.1 299 \r\n");
}

TEST(DateLineTest, FollowsTheSecond) {
  DateLine date;
  EXPECT_EQ(date.At(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(784111778), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
  EXPECT_EQ(date.At(1798761599), "Date: Thu, 31 Dec 2026 23:59:59 GMT\r\n");
}

}  // namespace
}  // namespace flagstream::net
