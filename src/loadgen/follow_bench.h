// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace flagstream::loadgen {

// What `flagstream bench follow` does: the share of one process in a run over several.
struct FollowBenchOptions {
  std::string url = "http://127.0.0.1:8000";
  std::string environment_key;
  int64_t streams = 1'000;
  int64_t streams_before = 0;  // that the processes before this one open; chooses source addresses
};

// Opens the streams and follows them while somebody else publishes, until standard input ends. Each
// line on standard output is a JSON object: one when all are open; one when every stream was told
// of a change; and one for each line on standard input, with what has been reached by then. Times
// are seconds of CLOCK_MONOTONIC, which processes of a machine share. Returns the process's exit
// code: 1 when the streams could not be opened.
int RunFollowBench(const FollowBenchOptions& options);

}  // namespace flagstream::loadgen
