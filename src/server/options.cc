// SPDX-License-Identifier: Apache-2.0
#include "server/options.h"

#include <charconv>
#include <sstream>
#include <thread>

#include <CLI/CLI.hpp>

#include "net/ip_address.h"
#include "server/version.h"

namespace flagstream::server {
namespace {

constexpr int64_t kThreadsMax = 256;
constexpr int64_t kStreamsMax = 10'000'000;
constexpr int64_t kMemoryMibMax = 16 << 20;
constexpr int64_t kStreamAgeMin = 5;  // shorter, and clients do little but reconnect
constexpr int64_t kDay = 86'400;
constexpr int64_t kRetentionDaysMax = 36'500;

void DeclareNode(Settings& settings, NodeOptions& options) {
  options.threads = std::max<int64_t>(1, std::thread::hardware_concurrency());
  settings.Text("listen", options.listen,
                "address and port to serve on; port 0: the kernel chooses");
  settings.Text("data", options.data, "folder that keeps the data; made if it does not exist");
  settings.Text("ops-listen", options.ops_listen,
                "address and port for /metrics alone, taken off --listen; unset: on --listen");
  settings.Integer("threads", options.threads, 1, kThreadsMax,
                   "shards, each a thread with its own listening socket");
  settings.OptionalInteger("max-streams", options.max_streams, 1, kStreamsMax,
                           "open streams; unset: what the limit of file descriptors leaves");
  settings.Integer("max-streams-per-environment", options.max_streams_per_environment, 0,
                   kStreamsMax, "open streams of one environment; 0: no limit but that of all");
  settings.Integer("max-streams-per-address", options.max_streams_per_address, 0, kStreamsMax,
                   "open streams of one client's address, or, with IPv6, of its network of 64 "
                   "bits; 0: no limit but that of all. Behind a proxy set --trusted-proxies");
  settings.Integer("max-memory", options.max_memory, 0, kMemoryMibMax,
                   "MiB of memory of the process's own above which the number of streams may not "
                   "grow; 0: no limit");
  settings.OptionalInteger(
      "stream-max-age", options.stream_max_age, kStreamAgeMin, kDay,
      "seconds after which a stream is ended, give or take a tenth; unset: by kind of client");
  settings.Integer("keepalive", options.keepalive, 1, 55,
                   "seconds of silence on a stream before a comment is sent");
  settings.Integer("write-timeout", options.write_timeout, 1, 3'600,
                   "seconds that a client may stay behind before its connection is closed");
  settings.Integer("drain-seconds", options.drain_seconds, 0, 3'600,
                   "seconds over which a node that stops ends its streams, and that answers under "
                   "way get");
  settings.Flag("take-over", options.take_over,
                "replace the server that has the data folder open, and go on with its connections; "
                "without one, start as usual");
  settings.Integer("repeat", options.repeat, 0, 60,
                   "seconds within which the last event is sent once more to clients that may have "
                   "missed it; 0: never");
  settings.Integer("spread-ms", options.spread_ms, 0, 60'000,
                   "milliseconds over which the events of an environment's change are spread, so "
                   "that its clients do not all fetch at once");
  settings.TextList("trusted-proxies", options.trusted_proxies,
                    "networks (CIDR) whose X-Forwarded-For is believed");
  settings.Text("public-url", options.public_url,
                "how clients reach this server; for links in answers");
  settings.Choice("log-level", options.log_level, {"debug", "info", "warning", "error"},
                  "least level that is logged");
  settings.Choice("log-format", options.log_format, {"text", "json"},
                  "form of log lines, which go to standard error");
}

void DeclareServe(Settings& settings, ServeOptions& options) {
  DeclareNode(settings, options);
  settings.Flag("demo", options.demo, "also create a demo project with known keys");
  settings.Flag("allow-registration", options.allow_registration,
                "let anyone sign up without an invitation");
  settings.Integer("analytics-flush", options.analytics_flush, 1, 3'600,
                   "seconds between writes of daily counts; what a crash may lose");
  settings.Integer("analytics-retention", options.analytics_retention, 1, kRetentionDaysMax,
                   "days that daily counts of evaluations and requests are kept");
  settings.Integer("audit-retention", options.audit_retention, 1, kRetentionDaysMax,
                   "days that rows of the audit log are kept");
  settings.Secret(
      "publish-token", options.publish_token,
      "token for POST /sse/environments/KEY/queue-change; unset: that path does not exist",
      {"SSE_AUTHENTICATION_TOKEN"});
  settings.Text("admin-email", options.admin_email.emplace(),
                "first start: e-mail of the administrator");
  settings.Secret("admin-password", options.admin_password,
                  "first start: password of the administrator");
  settings.Secret("admin-token", options.admin_token,
                  "first start: API token of the administrator, 40 hexadecimal digits");
}

void DeclareHub(Settings& settings, HubOptions& options) {
  DeclareNode(settings, options);
  settings.Integer("max-environments", options.max_environments, 1, 10'000'000,
                   "environments whose stamps are kept");
  settings.Secret("publish-token", options.publish_token, "token that queue-change must carry",
                  {"SSE_AUTHENTICATION_TOKEN"});
}

void DeclareBench(CLI::App& streams, Settings& settings, loadgen::StreamsBenchOptions& options) {
  settings.Text("url", options.url, "server to measure");
  settings.Text("environment", options.environment_key,
                "key of the environment whose streams are opened");
  settings.Integer("streams", options.streams, 1, 1'000'000, "streams to open");
  settings.Integer("opening", options.opening, 1, 10'000,
                   "streams that are being opened at a time, as the server's queue holds them");
  settings.Integer("rounds", options.rounds, 1, 1'000'000, "changes to publish");
  settings.Secret("publish-token", options.publish_token, "publish by queue-change with this token",
                  {"SSE_AUTHENTICATION_TOKEN"});
  settings.Secret("admin-token", options.admin_token, "publish by an admin write with this token");
  settings.OptionalInteger(
      "server-pid", options.server_pid, 1, INT32_MAX,
      "process to measure, with its children; unset: the one that listens on the port, if here");
  streams.add_flag("--fetch", options.fetch,
                   "beside each stream a kept connection that fetches the flags after an event");
  streams.add_flag("--json", options.json, "print the report as JSON");
}

void DeclareFollow(Settings& settings, loadgen::FollowBenchOptions& options) {
  settings.Text("url", options.url, "server to measure");
  settings.Text("environment", options.environment_key,
                "key of the environment whose streams are opened");
  settings.Integer("streams", options.streams, 1, 1'000'000, "streams to open");
  settings.Integer(
      "streams-before", options.streams_before, 0, 10'000'000,
      "streams that the processes before this one open; on the loopback interface each "
      "10,000 get a source address");
}

// What one run is to do, unlike a setting, is only said on its command line: a variable that is
// left over from another command must not choose what is replaced.
CLI::Option* AddId(CLI::App& command, const std::string& name, std::optional<int64_t>& variable,
                   const std::string& help) {
  return command.add_option(name, variable, help)->check(CLI::Range(1, INT32_MAX))->take_last();
}

void DeclareImport(CLI::App& command, Settings& settings, ImportCommandOptions& options) {
  settings.Text("data", options.data, "folder that keeps the data; made if it does not exist");
  command
      .add_option("FILE", options.file,
                  "an export of ours or of Flagsmith, or an environment document")
      ->required();
  command.add_option("--format", options.format, "what the file is; auto: look at it")
      ->check(CLI::IsMember({"auto", "flagstream", "flagsmith", "document"}))
      ->capture_default_str()
      ->take_last();
  command
      .add_option("--admin", options.admin,
                  "e-mail of the user who is to administer the organisations that come in")
      ->take_last();
  AddId(command, "--organisation", options.organisation,
        "of a document: id of the organisation that gets a project; unset: new");
  AddId(command, "--project", options.project,
        "of a document: id of the project that gets an environment; unset: new");
  command
      .add_option(
          "--environment", options.environment,
          "of a document: client key of the environment whose flags it replaces; unset: new")
      ->take_last();
  command.add_flag("--new-keys", options.new_keys,
                   "give environments new client keys, also where theirs are free");
  command.add_flag("--dry-run", options.dry_run, "only say what would be done");
}

void DeclareExport(CLI::App& command, Settings& settings, ExportCommandOptions& options) {
  command.add_option("FILE", options.file, "file to write; unset: standard output");
  settings.Text("data", options.data, "folder that keeps the data");
  AddId(command, "--organisation", options.organisation,
        "id of the only organisation to export; unset: all");
  command.add_flag("--with-secrets", options.with_secrets,
                   "also password hashes and tokens, so that log-ins go on working");
}

Result<> CheckRequired(const std::string& data) {
  if (data.empty())
    return Error(ErrorCode::kInvalidArgument, "--data is required: the folder that keeps the data");
  return {};
}

Result<> Check(const NodeOptions& options) {
  FLAGSTREAM_TRY(CheckRequired(options.data));
  FLAGSTREAM_TRY(ParseListenAddress("--listen", options.listen));
  if (!options.ops_listen.empty())
    FLAGSTREAM_TRY(ParseListenAddress("--ops-listen", options.ops_listen));
  if (const auto networks = net::IpNetworks::Parse(options.trusted_proxies); !networks) {
    return Error(ErrorCode::kInvalidArgument, "--trusted-proxies: " + networks.error().message());
  }
  return {};
}

Result<> Check(ServeOptions& options) {
  if (options.admin_email && options.admin_email->empty()) options.admin_email.reset();
  if (options.admin_token &&
      (options.admin_token->size() != 40 ||
       options.admin_token->find_first_not_of("0123456789abcdef") != std::string::npos)) {
    return Error(ErrorCode::kInvalidArgument,
                 "FLAGSTREAM_ADMIN_TOKEN must be 40 hexadecimal digits in lower case");
  }
  return Check(static_cast<const NodeOptions&>(options));
}

Result<> Check(const HubOptions& options) {
  if (!options.publish_token) {
    return Error(ErrorCode::kInvalidArgument,
                 "a hub needs the token of queue-change: set FLAGSTREAM_PUBLISH_TOKEN or "
                 "--publish-token-file");
  }
  return Check(static_cast<const NodeOptions&>(options));
}

Result<> Check(const UserOptions& options) { return CheckRequired(options.data); }

Result<> Check(const ImportCommandOptions& options) { return CheckRequired(options.data); }

Result<> Check(const ExportCommandOptions& options) { return CheckRequired(options.data); }

Result<> CheckEnvironmentKey(const std::string& key) {
  if (key.empty()) {
    return Error(ErrorCode::kInvalidArgument,
                 "--environment is required: the key whose streams are opened");
  }
  return {};
}

Result<> Check(const loadgen::StreamsBenchOptions& options) {
  FLAGSTREAM_TRY(CheckEnvironmentKey(options.environment_key));
  if (!options.publish_token && !options.admin_token) {
    return Error(ErrorCode::kInvalidArgument,
                 "nothing to publish with: set FLAGSTREAM_PUBLISH_TOKEN or FLAGSTREAM_ADMIN_TOKEN");
  }
  return {};
}

Result<> Check(const loadgen::FollowBenchOptions& options) {
  return CheckEnvironmentKey(options.environment_key);
}

template <class Options>
Command Finish(Settings& settings, Options& options, const GetEnvironment& get_environment) {
  if (const auto resolved = settings.Resolve(get_environment); !resolved) {
    return Message{"flagstream: " + resolved.error().message() + "\n", 2};
  }
  if (const auto checked = Check(options); !checked) {
    return Message{"flagstream: " + checked.error().message() + "\n", 2};
  }
  return std::move(options);
}

}  // namespace

Result<ListenAddress> ParseListenAddress(const std::string& setting, const std::string& text) {
  const size_t colon = text.rfind(':');
  ListenAddress address;
  const auto wrong = [&] {
    return Error(ErrorCode::kInvalidArgument, setting + ": \"" + text + "\" is not ADDRESS:PORT");
  };
  if (colon == std::string::npos) return wrong();
  const char* end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (failure != std::errc() || stopped != end) return wrong();
  address.host = text.substr(0, colon);
  if (address.host.empty()) address.host = "0.0.0.0";
  if (address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

Command ParseCommandLine(int argc, const char* const* argv, const GetEnvironment& get_environment) {
  CLI::App app("Flagstream: feature flags whose clients hear of a change in milliseconds",
               "flagstream");
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);

  ServeOptions serve;
  CLI::App* serve_command =
      app.add_subcommand("serve", "Admin API, flags API and streams, in one process");
  Settings serve_settings(*serve_command);
  DeclareServe(serve_settings, serve);

  HubOptions hub;
  CLI::App* hub_command = app.add_subcommand(
      "hub", "real-time service for an existing Flagsmith: queue-change in, streams out");
  Settings hub_settings(*hub_command);
  DeclareHub(hub_settings, hub);

  UserOptions user;
  CLI::App* user_command =
      app.add_subcommand("user", "the way back in: reset a password or a token")
          ->require_subcommand(1);
  CLI::App* set_password =
      user_command->add_subcommand("set-password", "give a user a new password");
  CLI::App* new_token =
      user_command->add_subcommand("new-token", "give a user a new API token; the old ones end");
  Settings set_password_settings(*set_password);
  Settings new_token_settings(*new_token);
  set_password->add_option("EMAIL", user.email, "the user's e-mail")->required();
  new_token->add_option("EMAIL", user.email, "the user's e-mail")->required();
  set_password_settings.Text("data", user.data, "folder that keeps the data");
  new_token_settings.Text("data", user.data, "folder that keeps the data");
  set_password_settings.Secret("user-password", user.password,
                               "the new password; unset: one is generated and printed");

  ImportCommandOptions import;
  CLI::App* import_command = app.add_subcommand("import", "bring data in, with the server stopped");
  Settings import_settings(*import_command);
  DeclareImport(*import_command, import_settings, import);

  ExportCommandOptions exported;
  CLI::App* export_command =
      app.add_subcommand("export", "write all data to a file, also beside a running server");
  Settings export_settings(*export_command);
  DeclareExport(*export_command, export_settings, exported);

  loadgen::StreamsBenchOptions bench;
  CLI::App* bench_command = app.add_subcommand("bench", "measure a server")->require_subcommand(1);
  CLI::App* bench_streams =
      bench_command->add_subcommand("streams", "open streams, publish, report");
  Settings bench_settings(*bench_streams);
  DeclareBench(*bench_streams, bench_settings, bench);
  loadgen::FollowBenchOptions follow;
  CLI::App* bench_follow = bench_command->add_subcommand(
      "follow",
      "open streams and follow them until standard input ends, for a run over several processes: a "
      "line of JSON when all are open, when all were told of a change, and for each line that is "
      "read");
  Settings follow_settings(*bench_follow);
  DeclareFollow(follow_settings, follow);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    const int code = app.exit(error, out, out);
    return Message{out.str(), code == 0 ? 0 : 2};
  }
  if (serve_command->parsed()) return Finish(serve_settings, serve, get_environment);
  if (hub_command->parsed()) return Finish(hub_settings, hub, get_environment);
  if (import_command->parsed()) return Finish(import_settings, import, get_environment);
  if (export_command->parsed()) return Finish(export_settings, exported, get_environment);
  if (bench_streams->parsed()) return Finish(bench_settings, bench, get_environment);
  if (bench_follow->parsed()) return Finish(follow_settings, follow, get_environment);
  user.action =
      new_token->parsed() ? UserOptions::Action::kNewToken : UserOptions::Action::kSetPassword;
  return Finish(new_token->parsed() ? new_token_settings : set_password_settings, user,
                get_environment);
}

}  // namespace flagstream::server
