// SPDX-License-Identifier: Apache-2.0
#include "loadgen/process_stats.h"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace flagstream::loadgen {
namespace {

namespace fs = std::filesystem;

// Adds the inodes of sockets that listen on `port`, from a table in the form of /proc/net/tcp
// (proc(5)).
void CollectListeners(const char* table, uint16_t port, std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >>
        timeout >> inode;
    const size_t colon = local.rfind(':');
    if (state != "0A" || colon == std::string::npos) continue;
    uint16_t local_port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), local_port, 16);
    if (local_port == port) inodes.insert("socket:[" + inode + "]");
  }
}

bool HoldsAny(const fs::path& descriptors, const std::set<std::string>& inodes) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(descriptors, failure)) {
    if (inodes.contains(fs::read_symlink(entry, failure).string())) return true;
  }
  return false;
}

}  // namespace

std::optional<pid_t> FindListener(uint16_t port) {
  std::set<std::string> inodes;
  CollectListeners("/proc/net/tcp", port, inodes);
  CollectListeners("/proc/net/tcp6", port, inodes);
  if (inodes.empty()) return std::nullopt;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/proc", failure)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc() || end != name.data() + name.size()) continue;
    if (HoldsAny(entry.path() / "fd", inodes)) return pid;
  }
  return std::nullopt;
}

std::optional<ProcessStats> ReadProcessStats(pid_t pid) {
  const fs::path process = fs::path("/proc") / std::to_string(pid);
  ProcessStats stats;
  bool found = false;
  std::ifstream status(process / "status");
  for (std::string line; std::getline(status, line);) {
    int64_t kilobytes = 0;
    if (std::sscanf(line.c_str(), "RssAnon: %ld kB", &kilobytes) == 1) {
      stats.rss_anon_bytes = kilobytes * 1024;
      found = true;
    }
  }
  if (!found) return std::nullopt;
  std::error_code failure;
  for (const auto& task : fs::directory_iterator(process / "task", failure)) {
    std::ifstream schedstat(task.path() / "schedstat");
    int64_t on_cpu = 0;
    if (schedstat >> on_cpu) stats.cpu_nanoseconds += on_cpu;
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) {
      const auto more = ReadProcessStats(child);
      if (!more) continue;  // it has ended since
      stats.rss_anon_bytes += more->rss_anon_bytes;
      stats.cpu_nanoseconds += more->cpu_nanoseconds;
    }
  }
  return stats;
}

}  // namespace flagstream::loadgen
