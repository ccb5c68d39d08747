// SPDX-License-Identifier: Apache-2.0
#include "loadgen/process_stats.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <vector>

namespace flagstream::loadgen {
namespace {

// Goal: the figures are of the process asked for, and rise with what it uses.

TEST(ProcessStatsTest, FindsTheListenerOfAPort) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(listener, 1), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const uint16_t port = ntohs(address.sin_port);
  EXPECT_EQ(FindListener(port), getpid());
  close(listener);
  EXPECT_EQ(FindListener(port), std::nullopt);
}

TEST(ProcessStatsTest, SeesMemoryAndProcessorTime) {
  const auto before = ReadProcessStats(getpid());
  ASSERT_TRUE(before);
  std::vector<char> block(64 * 1024 * 1024);
  // Volatile: a compiler leaves out memory that nobody reads.
  volatile char* bytes = block.data();
  for (size_t i = 0; i < block.size(); i += 64) bytes[i] = static_cast<char>(i);
  const auto after = ReadProcessStats(getpid());
  ASSERT_TRUE(after);
  EXPECT_GE(after->rss_anon_bytes - before->rss_anon_bytes, 60 * 1024 * 1024);
  EXPECT_GT(after->cpu_nanoseconds, before->cpu_nanoseconds);
}

TEST(ProcessStatsTest, CountsWhatItStarted) {
  const auto before = ReadProcessStats(getpid());
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    // No more than a forked child may do: nothing here allocates.
    constexpr size_t kBytes = 64 * 1024 * 1024;
    void* block = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) _exit(1);
    memset(block, 1, kBytes);
    if (write(ready[1], "r", 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char byte = 0;
  EXPECT_EQ(read(ready[0], &byte, 1), 1);
  const auto after = ReadProcessStats(getpid());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
  ASSERT_TRUE(before && after);
  EXPECT_GE(after->rss_anon_bytes - before->rss_anon_bytes, 60 * 1024 * 1024);
}

TEST(ProcessStatsTest, IsEmptyForAProcessThatIsNotThere) {
  EXPECT_EQ(ReadProcessStats(4'194'305).has_value(), false);
}

}  // namespace
}  // namespace flagstream::loadgen
