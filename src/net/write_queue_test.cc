// SPDX-License-Identifier: Apache-2.0
#include "net/write_queue.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

namespace flagstream::net {
namespace {

// Goal: whatever the kernel takes at a time, the peer gets all bytes once and in order, and what
// was sent does not pile up.

using Outcome = WriteQueue::Outcome;

class WriteQueueTest : public testing::Test {
 protected:
  WriteQueueTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data()), 0);
    const int small = 8 * 1024;
    EXPECT_EQ(::setsockopt(fds_[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
  }
  ~WriteQueueTest() override {
    ClosePeer();
    ::close(fds_[0]);
  }

  void ClosePeer() {
    if (fds_[1] >= 0) ::close(fds_[1]);
    fds_[1] = -1;
  }
  Outcome Send() { return queue_.Send(fds_[0]); }
  void Read() {
    std::array<char, 4096> buffer;
    ssize_t got = 0;
    while ((got = ::read(fds_[1], buffer.data(), buffer.size())) > 0) {
      got_.append(buffer.data(), static_cast<size_t>(got));
    }
  }
  void AppendBody(char c, size_t size) {
    queue_.Append(std::make_shared<const std::string>(size, c));
    expected_.append(size, c);
  }
  void AppendText(std::string_view text) {
    queue_.Append(text);
    expected_.append(text);
  }

  std::array<int, 2> fds_{-1, -1};
  WriteQueue queue_;
  std::string expected_;
  std::string got_;
};

TEST_F(WriteQueueTest, SendsTextAndBodiesInOrder) {
  AppendText("head1;");
  AppendBody('a', WriteQueue::kCopiedBodyBytesMax);
  AppendText("head2;");
  AppendBody('b', WriteQueue::kCopiedBodyBytesMax + 1);
  AppendText("head3;");
  EXPECT_EQ(queue_.size(), expected_.size());
  EXPECT_EQ(Send(), Outcome::kDone);
  EXPECT_TRUE(queue_.empty());
  Read();
  EXPECT_EQ(got_, expected_);
}

TEST_F(WriteQueueTest, RefersToLargeBodies) {
  const auto body = std::make_shared<const std::string>(WriteQueue::kCopiedBodyBytesMax + 1, 'x');
  queue_.Append(body);
  EXPECT_EQ(body.use_count(), 2);
  EXPECT_EQ(Send(), Outcome::kDone);
  EXPECT_EQ(body.use_count(), 1);
}

TEST_F(WriteQueueTest, GoesOnWhereTheKernelStopped) {
  for (int i = 0; i < 200; ++i) {
    AppendText("head " + std::to_string(i) + ";");
    AppendBody(static_cast<char>('a' + i % 26), i % 3 == 0 ? 5'000 : 50);
  }
  int blocked = 0;
  while (Send() == Outcome::kBlocked) {
    ++blocked;
    Read();
  }
  Read();
  EXPECT_GT(blocked, 3);
  EXPECT_EQ(got_, expected_);
}

TEST_F(WriteQueueTest, CanBeFilledWhileItDrains) {
  for (int i = 0; i < 300; ++i) {
    AppendText(std::string(1'000, static_cast<char>('a' + i % 26)));
    if (i % 5 == 0) AppendBody('B', 3'000);
    ASSERT_NE(Send(), Outcome::kFailed);
    if (queue_.size() > 20'000) Read();
  }
  while (Send() == Outcome::kBlocked) Read();
  Read();
  EXPECT_EQ(got_, expected_);
}

TEST_F(WriteQueueTest, KeepsNoMoreThanABoundOfWhatWasSent) {
  AppendText(std::string(1'000'000, 'x'));
  while (queue_.size() > 20'000) {
    ASSERT_EQ(Send(), Outcome::kBlocked);
    Read();
    EXPECT_LE(queue_.text().size(), queue_.size() + 64 * 1024);
  }
}

TEST_F(WriteQueueTest, TellsThatThePeerIsGone) {
  ClosePeer();
  AppendText("x");
  EXPECT_EQ(Send(), Outcome::kFailed);
}

}  // namespace
}  // namespace flagstream::net
