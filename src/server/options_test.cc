// SPDX-License-Identifier: Apache-2.0
#include "server/options.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <map>

namespace flagstream::server {
namespace {

// Goal: a setting comes from flag, environment or file, in this order, and a wrong one is named in
// the message.

using Environment = std::map<std::string, std::string>;

Command Parse(std::vector<const char*> arguments, Environment environment = {}) {
  arguments.insert(arguments.begin(), "flagstream");
  return ParseCommandLine(static_cast<int>(arguments.size()), arguments.data(),
                          [environment](const std::string& name) -> std::optional<std::string> {
                            const auto found = environment.find(name);
                            if (found == environment.end()) return std::nullopt;
                            return found->second;
                          });
}

std::string WrongBecause(const Command& command) {
  const auto* message = std::get_if<Message>(&command);
  if (message == nullptr) return "the command line was accepted";
  EXPECT_EQ(message->exit_code, 2);
  return message->text;
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const int descriptor = mkstemp(path_);
    EXPECT_EQ(write(descriptor, content.data(), content.size()),
              static_cast<ssize_t>(content.size()));
    close(descriptor);
  }
  ~TemporaryFile() { std::remove(path_); }
  const char* path() const { return path_; }

 private:
  char path_[32] = "/tmp/flagstream-options-XXXXXX";
};

TEST(OptionsTest, ServeHasDefaults) {
  const Command command = Parse({"serve", "--data", "/tmp/x"});
  const auto& serve = std::get<ServeOptions>(command);
  EXPECT_EQ(serve.listen, "127.0.0.1:8000");
  EXPECT_EQ(serve.keepalive, 15);
  EXPECT_EQ(serve.write_timeout, 60);
  EXPECT_EQ(serve.repeat, 5);
  EXPECT_EQ(serve.spread_ms, 0);
  EXPECT_FALSE(serve.max_streams);
  EXPECT_EQ(serve.max_streams_per_environment, 0);
  EXPECT_EQ(serve.max_streams_per_address, 0);
  EXPECT_EQ(serve.max_memory, 0);
  EXPECT_FALSE(serve.demo);
  EXPECT_FALSE(serve.publish_token);
  EXPECT_FALSE(serve.admin_email);
}

TEST(OptionsTest, FlagWinsOverEnvironmentAndEnvironmentOverFile) {
  const TemporaryFile file("keepalive = 7\nwrite-timeout = 8\nthreads = 3\ndemo = true\n");
  const Command command =
      Parse({"serve", "--data", "/tmp/x", "--config", file.path(), "--keepalive", "20"},
            {{"FLAGSTREAM_KEEPALIVE", "21"}, {"FLAGSTREAM_WRITE_TIMEOUT", "22"}});
  const auto& serve = std::get<ServeOptions>(command);
  EXPECT_EQ(serve.keepalive, 20);
  EXPECT_EQ(serve.write_timeout, 22);
  EXPECT_EQ(serve.threads, 3);
  EXPECT_TRUE(serve.demo);
}

TEST(OptionsTest, OfAFlagThatIsGivenTwiceTheLastCountsAndAListTakesAll) {
  const Command command = Parse({"serve", "--data", "/tmp/x", "--listen", "127.0.0.1:8000",
                                 "--listen=127.0.0.1:9", "--trusted-proxies", "10.0.0.0/8",
                                 "--trusted-proxies", "127.0.0.1/32", "--data", "/tmp/y"});
  ASSERT_TRUE(std::holds_alternative<ServeOptions>(command)) << WrongBecause(command);
  const auto& serve = std::get<ServeOptions>(command);
  EXPECT_EQ(serve.listen, "127.0.0.1:9");
  EXPECT_EQ(serve.data, "/tmp/y");
  EXPECT_EQ(serve.trusted_proxies.size(), 2U);
}

TEST(OptionsTest, NamesTheSettingAsItWasSpelt) {
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d", "--threads", "0"})).find("--threads"),
            std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d"}, {{"FLAGSTREAM_THREADS", "many"}}))
                .find("FLAGSTREAM_THREADS"),
            std::string::npos);
  const TemporaryFile wrong_value("threads = 1000\n");
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d", "--config", wrong_value.path()}))
                .find("key threads"),
            std::string::npos);
  const TemporaryFile unknown("treads = 1\n");
  EXPECT_NE(
      WrongBecause(Parse({"serve", "--data", "d", "--config", unknown.path()})).find("key treads"),
      std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d", "--config", "/nonexistent.toml"}))
                .find("--config"),
            std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"serve"})).find("--data"), std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d", "--listen", "nowhere"})).find("--listen"),
            std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"hub", "--data", "d"}, {{"FLAGSTREAM_REPEAT", "61"}}))
                .find("FLAGSTREAM_REPEAT"),
            std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d", "--stream-max-age", "4"}))
                .find("--stream-max-age"),
            std::string::npos);
}

TEST(OptionsTest, SecretsComeFromVariableOrFileNeverFromAFlag) {
  const TemporaryFile file("s3cret\n");
  EXPECT_EQ(std::get<HubOptions>(Parse({"hub", "--data", "d", "--publish-token-file", file.path()}))
                .publish_token,
            "s3cret");
  EXPECT_EQ(
      std::get<HubOptions>(Parse({"hub", "--data", "d"}, {{"SSE_AUTHENTICATION_TOKEN", "alias"}}))
          .publish_token,
      "alias");
  EXPECT_EQ(
      std::get<HubOptions>(Parse({"hub", "--data", "d"}, {{"SSE_AUTHENTICATION_TOKEN", "alias"},
                                                          {"FLAGSTREAM_PUBLISH_TOKEN", "own"}}))
          .publish_token,
      "own");
  EXPECT_NE(WrongBecause(Parse({"hub", "--data", "d", "--publish-token", "x"})),
            "the command line was accepted");
  EXPECT_NE(WrongBecause(Parse({"hub", "--data", "d", "--publish-token-file", "/nonexistent"}))
                .find("/nonexistent"),
            std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"hub", "--data", "d"})).find("FLAGSTREAM_PUBLISH_TOKEN"),
            std::string::npos);
}

TEST(OptionsTest, AdminTokenMustBe40HexadecimalDigits) {
  EXPECT_NE(WrongBecause(Parse({"serve", "--data", "d"}, {{"FLAGSTREAM_ADMIN_TOKEN", "short"}}))
                .find("FLAGSTREAM_ADMIN_TOKEN"),
            std::string::npos);
  const Command command =
      Parse({"serve", "--data", "d"}, {{"FLAGSTREAM_ADMIN_TOKEN", std::string(40, 'a')}});
  EXPECT_EQ(std::get<ServeOptions>(command).admin_token, std::string(40, 'a'));
}

TEST(OptionsTest, HelpNamesEverySettingOfTheCommand) {
  const Command command = Parse({"serve", "--help"});
  const auto& help = std::get<Message>(command);
  EXPECT_EQ(help.exit_code, 0);
  for (const char* name : {"--listen",
                           "--data",
                           "--threads",
                           "--max-streams",
                           "--max-streams-per-environment",
                           "--max-streams-per-address",
                           "--max-memory",
                           "--stream-max-age",
                           "--keepalive",
                           "--write-timeout",
                           "--repeat",
                           "--spread-ms",
                           "--trusted-proxies",
                           "--public-url",
                           "--ops-listen",
                           "--log-level",
                           "--log-format",
                           "--demo",
                           "--publish-token-file",
                           "FLAGSTREAM_ADMIN_PASSWORD"}) {
    EXPECT_NE(help.text.find(name), std::string::npos) << name;
  }
}

TEST(OptionsTest, UserCommandsNeedAnEmail) {
  const Command command = Parse({"user", "new-token", "ada@example.org", "--data", "d"});
  const auto& user = std::get<UserOptions>(command);
  EXPECT_EQ(user.action, UserOptions::Action::kNewToken);
  EXPECT_EQ(user.email, "ada@example.org");
  EXPECT_NE(WrongBecause(Parse({"user", "set-password", "--data", "d"})).find("EMAIL"),
            std::string::npos);
}

TEST(OptionsTest, WhatAnImportDoesIsOnlySaidOnItsCommandLine) {
  const Command command = Parse({"import", "f.json", "--data", "d", "--project", "3", "--dry-run"},
                                {{"FLAGSTREAM_ENVIRONMENT", "key"}, {"FLAGSTREAM_PROJECT", "4"}});
  ASSERT_TRUE(std::holds_alternative<ImportCommandOptions>(command)) << WrongBecause(command);
  const auto& import = std::get<ImportCommandOptions>(command);
  EXPECT_EQ(import.file, "f.json");
  EXPECT_EQ(import.project, 3);
  EXPECT_TRUE(import.dry_run);
  EXPECT_EQ(import.environment, "");
  EXPECT_EQ(import.format, "auto");
  for (const auto& [option, value] :
       {std::pair("--project", "0"), std::pair("--project", "x"), std::pair("--format", "xml"),
        std::pair("--organisation", "99999999999")}) {
    EXPECT_NE(WrongBecause(Parse({"import", "f", "--data", "d", option, value})).find(option),
              std::string::npos)
        << option << " " << value;
  }
  EXPECT_NE(WrongBecause(Parse({"import", "--data", "d"})).find("FILE"), std::string::npos);
  EXPECT_NE(WrongBecause(Parse({"import", "f"})).find("--data"), std::string::npos);
}

TEST(OptionsTest, AnExportGoesToAFileOrToStandardOutput) {
  const Command to_file =
      Parse({"export", "f.json", "--data", "d", "--organisation", "2", "--with-secrets"});
  ASSERT_TRUE(std::holds_alternative<ExportCommandOptions>(to_file)) << WrongBecause(to_file);
  EXPECT_EQ(std::get<ExportCommandOptions>(to_file).file, "f.json");
  EXPECT_EQ(std::get<ExportCommandOptions>(to_file).organisation, 2);
  EXPECT_TRUE(std::get<ExportCommandOptions>(to_file).with_secrets);
  const Command out = Parse({"export"}, {{"FLAGSTREAM_DATA", "d"}});
  ASSERT_TRUE(std::holds_alternative<ExportCommandOptions>(out)) << WrongBecause(out);
  EXPECT_EQ(std::get<ExportCommandOptions>(out).file, "");
  EXPECT_EQ(std::get<ExportCommandOptions>(out).data, "d");
}

TEST(ListenAddressTest, ReadsAllForms) {
  EXPECT_EQ(ParseListenAddress("--listen", "127.0.0.1:80")->port, 80);
  EXPECT_EQ(ParseListenAddress("--listen", "[::1]:81")->host, "::1");
  EXPECT_EQ(ParseListenAddress("--listen", ":0")->host, "0.0.0.0");
  for (const char* wrong : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:8o"}) {
    EXPECT_FALSE(ParseListenAddress("--listen", wrong)) << wrong;
  }
}

TEST(OptionsTest, FollowNeedsOnlyAnEnvironment) {
  const Command command =
      Parse({"bench", "follow", "--environment", "key", "--streams-before", "40000"});
  const auto& follow = std::get<loadgen::FollowBenchOptions>(command);
  EXPECT_EQ(follow.environment_key, "key");
  EXPECT_EQ(follow.streams, 1'000);
  EXPECT_EQ(follow.streams_before, 40'000);
  EXPECT_NE(WrongBecause(Parse({"bench", "follow"})).find("--environment"), std::string::npos);
}

}  // namespace
}  // namespace flagstream::server
