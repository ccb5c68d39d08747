// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace flagstream::server {

// Reads an environment variable; empty optional if it is not set.
using GetEnvironment = std::function<std::optional<std::string>(const std::string& name)>;
GetEnvironment ProcessEnvironment();

// The settings of one command. Each is declared once and can then be given as a flag
// (`--write-timeout`), an environment variable (FLAGSTREAM_WRITE_TIMEOUT) or a key of the TOML file
// of --config (`write-timeout`), in this order of weight. A secret is never a flag: it is a
// variable, or a file that --NAME-file names.
class Settings {
 public:
  explicit Settings(CLI::App& command);
  ~Settings();
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // The variable keeps its value as default and must live until Resolve. `help` says what it is,
  // with unit.
  void Text(std::string_view name, std::string& variable, std::string_view help);
  void TextList(std::string_view name, std::vector<std::string>& variable, std::string_view help);
  void Choice(std::string_view name, std::string& variable, std::vector<std::string> choices,
              std::string_view help);
  void Integer(std::string_view name, int64_t& variable, int64_t low, int64_t high,
               std::string_view help);
  // The same, without a fixed default: `help` says what unset means.
  void OptionalInteger(std::string_view name, std::optional<int64_t>& variable, int64_t low,
                       int64_t high, std::string_view help);
  void Flag(std::string_view name, bool& variable, std::string_view help);
  // FLAGSTREAM_NAME, or the content of the file --NAME-file without its last line break; then the
  // variables in `aliases`.
  void Secret(std::string_view name, std::optional<std::string>& variable, std::string_view help,
              std::vector<std::string> aliases = {});

  // After the command line was parsed: fills from the environment and from the TOML file what the
  // command line left open. kInvalidArgument with a sentence that names the setting, as it was
  // spelt, and what is wrong with it.
  Result<> Resolve(const GetEnvironment& get_environment);

 private:
  struct Declared;
  struct SecretSetting;

  Declared& Declare(std::string_view name, CLI::Option* option);
  Result<> ApplyEnvironment(const GetEnvironment& get_environment);
  Result<> ApplyFile();
  Result<> ReadSecrets(const GetEnvironment& get_environment);

  CLI::App& command_;
  std::string config_file_;
  std::vector<std::unique_ptr<Declared>> declared_;
  std::vector<std::unique_ptr<SecretSetting>> secrets_;
};

// "write-timeout" → "FLAGSTREAM_WRITE_TIMEOUT".
std::string EnvironmentName(std::string_view setting);

}  // namespace flagstream::server
