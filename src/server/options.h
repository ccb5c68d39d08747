// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "loadgen/follow_bench.h"
#include "loadgen/streams_bench.h"
#include "server/settings.h"
#include "server/transfer_options.h"

namespace flagstream::server {

struct ListenAddress {
  std::string host;
  uint16_t port = 0;
};

// "127.0.0.1:8000", "[::1]:8000", ":8000" (all IPv4 addresses).
Result<ListenAddress> ParseListenAddress(const std::string& setting, const std::string& text);

// What `serve` and `hub` have in common. Seconds where not said otherwise.
struct NodeOptions {
  std::string listen = "127.0.0.1:8000";
  std::string data;
  std::string ops_listen;
  int64_t threads = 1;
  std::optional<int64_t> max_streams;
  int64_t max_streams_per_environment = 0;  // 0: no limit
  int64_t max_streams_per_address = 0;      // 0: no limit
  int64_t max_memory = 0;                   // MiB; 0: no limit
  std::optional<int64_t> stream_max_age;
  int64_t keepalive = 15;
  int64_t write_timeout = 60;
  int64_t drain_seconds = 5;
  bool take_over = false;
  int64_t repeat = 5;
  int64_t spread_ms = 0;
  std::vector<std::string> trusted_proxies;
  std::string public_url;
  std::string log_level = "info";
  std::string log_format = "text";
  std::optional<std::string> publish_token;
};

struct ServeOptions : NodeOptions {
  bool demo = false;
  bool allow_registration = false;
  int64_t analytics_flush = 10;
  int64_t analytics_retention = 365;
  int64_t audit_retention = 365;
  std::optional<std::string> admin_email;
  std::optional<std::string> admin_password;
  std::optional<std::string> admin_token;
};

struct HubOptions : NodeOptions {
  int64_t max_environments = 100'000;
};

// `flagstream user ...`: works on the data folder of a server that is not running.
struct UserOptions {
  enum class Action { kSetPassword, kNewToken };
  Action action = Action::kSetPassword;
  std::string email;
  std::string data;
  std::optional<std::string> password;  // unset: one is generated and printed
};

// The command line asked for a text (--help, --version) or was wrong: what to print where, and the
// exit code.
struct Message {
  std::string text;
  int exit_code = 0;
};

using Command =
    std::variant<ServeOptions, HubOptions, UserOptions, ImportCommandOptions, ExportCommandOptions,
                 loadgen::StreamsBenchOptions, loadgen::FollowBenchOptions, Message>;

// Reads command line, environment and configuration file. Never fails: what is wrong becomes a
// Message.
Command ParseCommandLine(int argc, const char* const* argv, const GetEnvironment& get_environment);

}  // namespace flagstream::server
