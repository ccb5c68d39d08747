// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

// What the kernel tells of another process on this machine; empty where it tells nothing.
namespace flagstream::loadgen {

// Of a process and those that it started, if they still run.
struct ProcessStats {
  int64_t rss_anon_bytes = 0;   // /proc/PID/status, RssAnon: memory of its own, without files
  int64_t cpu_nanoseconds = 0;  // /proc/PID/task/*/schedstat: time on a processor, all threads
};

// The process that listens on this TCP port on any local address.
std::optional<pid_t> FindListener(uint16_t port);
std::optional<ProcessStats> ReadProcessStats(pid_t pid);

}  // namespace flagstream::loadgen
