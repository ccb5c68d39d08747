// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace flagstream::loadgen {

// What `flagstream bench streams` does.
struct StreamsBenchOptions {
  std::string url = "http://127.0.0.1:8000";
  std::string environment_key;
  int64_t streams = 1'000;
  int64_t opening = 500;  // streams that wait for their head at a time
  int64_t rounds = 10;
  std::optional<std::string> publish_token;  // publishes by queue-change; wins over admin_token
  std::optional<std::string> admin_token;    // publishes by switching a feature of the environment
  std::optional<int64_t> server_pid;         // unset: found by the listening port
  bool fetch =
      false;  // each stream has a kept connection beside it that fetches the flags after an event
  bool json = false;
};

// Opens the streams, publishes round after round, prints progress to standard error and a report to
// standard output. Returns the process's exit code: 0, 1 when events were lost or a step failed.
int RunStreamsBench(const StreamsBenchOptions& options);

}  // namespace flagstream::loadgen
