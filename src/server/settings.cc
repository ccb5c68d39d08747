// SPDX-License-Identifier: Apache-2.0
#include "server/settings.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <CLI/CLI.hpp>

namespace flagstream::server {
namespace {

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) {
    return Error(ErrorCode::kInvalidArgument, "the file " + path + " cannot be read");
  }
  return content;
}

// Gives a value found outside the command line to an option, with the option's own checks.
Result<> Assign(CLI::Option& option, const std::vector<std::string>& values,
                const std::string& spelt) {
  try {
    for (const std::string& value : values) option.add_result(value);
    option.run_callback();
  } catch (const CLI::Error& error) {
    return Error(ErrorCode::kInvalidArgument, spelt + ": " + error.what());
  }
  return {};
}

}  // namespace

struct Settings::Declared {
  std::string name;
  CLI::Option* option;
  bool is_list = false;
};

struct Settings::SecretSetting {
  std::string name;
  std::string file;
  std::vector<std::string> variables;  // the first wins
  std::optional<std::string>* target;
};

GetEnvironment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

std::string EnvironmentName(std::string_view setting) {
  std::string name = "FLAGSTREAM_";
  for (const char c : setting) {
    name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  return name;
}

Settings::Settings(CLI::App& command) : command_(command) {
  command_
      .add_option("--config", config_file_,
                  "TOML file with settings by their names without dashes in front")
      ->type_name("FILE");
}

Settings::~Settings() = default;

// Of a flag that is given twice the last counts, so that a script's default may be followed by the
// caller's own; a list takes all.
Settings::Declared& Settings::Declare(std::string_view name, CLI::Option* option) {
  if (option->get_items_expected_max() == 1) option->take_last();
  declared_.push_back(std::make_unique<Declared>(Declared{std::string(name), option}));
  return *declared_.back();
}

void Settings::Text(std::string_view name, std::string& variable, std::string_view help) {
  Declare(name, command_.add_option("--" + std::string(name), variable, std::string(help))
                    ->capture_default_str()
                    ->type_name("TEXT"));
}

void Settings::TextList(std::string_view name, std::vector<std::string>& variable,
                        std::string_view help) {
  Declare(name, command_.add_option("--" + std::string(name), variable, std::string(help))
                    ->delimiter(',')
                    ->type_name("TEXT,..."))
      .is_list = true;
}

void Settings::Choice(std::string_view name, std::string& variable,
                      std::vector<std::string> choices, std::string_view help) {
  Declare(name, command_.add_option("--" + std::string(name), variable, std::string(help))
                    ->capture_default_str()
                    ->check(CLI::IsMember(std::move(choices))));
}

void Settings::Integer(std::string_view name, int64_t& variable, int64_t low, int64_t high,
                       std::string_view help) {
  Declare(name, command_.add_option("--" + std::string(name), variable, std::string(help))
                    ->capture_default_str()
                    ->check(CLI::Range(low, high)));
}

void Settings::OptionalInteger(std::string_view name, std::optional<int64_t>& variable, int64_t low,
                               int64_t high, std::string_view help) {
  Declare(name, command_.add_option("--" + std::string(name), variable, std::string(help))
                    ->check(CLI::Range(low, high)));
}

void Settings::Flag(std::string_view name, bool& variable, std::string_view help) {
  Declare(name, command_.add_flag("--" + std::string(name), variable, std::string(help)));
}

void Settings::Secret(std::string_view name, std::optional<std::string>& variable,
                      std::string_view help, std::vector<std::string> aliases) {
  auto secret = std::make_unique<SecretSetting>();
  secret->name = name;
  secret->variables = std::move(aliases);
  secret->variables.insert(secret->variables.begin(), EnvironmentName(name));
  secret->target = &variable;
  std::string text(help);
  text += "; or in";
  for (const std::string& one : secret->variables) text += " " + one;
  Declare(std::string(name) + "-file",
          command_.add_option("--" + std::string(name) + "-file", secret->file, text)
              ->type_name("FILE"));
  secrets_.push_back(std::move(secret));
}

Result<> Settings::Resolve(const GetEnvironment& get_environment) {
  if (config_file_.empty()) config_file_ = get_environment("FLAGSTREAM_CONFIG").value_or("");
  FLAGSTREAM_TRY(ApplyEnvironment(get_environment));
  FLAGSTREAM_TRY(ApplyFile());
  return ReadSecrets(get_environment);
}

Result<> Settings::ApplyEnvironment(const GetEnvironment& get_environment) {
  for (const auto& declared : declared_) {
    if (declared->option->count() > 0) continue;
    const std::string name = EnvironmentName(declared->name);
    if (const auto value = get_environment(name)) {
      FLAGSTREAM_TRY(Assign(*declared->option, {*value}, name));
    }
  }
  return {};
}

Result<> Settings::ApplyFile() {
  if (config_file_.empty()) return {};
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_file(config_file_);
  } catch (const CLI::Error& error) {
    return Error(ErrorCode::kInvalidArgument, "--config: " + std::string(error.what()));
  }
  for (const CLI::ConfigItem& item : items) {
    const std::string spelt = config_file_ + ", key " + item.fullname();
    const auto found = std::find_if(declared_.begin(), declared_.end(), [&](const auto& declared) {
      return item.parents.empty() && declared->name == item.name;
    });
    if (found == declared_.end()) {
      return Error(ErrorCode::kInvalidArgument,
                   spelt + ": there is no such setting for this command");
    }
    if ((*found)->option->count() > 0) continue;
    if (item.inputs.size() != 1 && !(*found)->is_list) {
      return Error(ErrorCode::kInvalidArgument, spelt + ": needs exactly one value");
    }
    FLAGSTREAM_TRY(Assign(*(*found)->option, item.inputs, spelt));
  }
  return {};
}

Result<> Settings::ReadSecrets(const GetEnvironment& get_environment) {
  for (const auto& secret : secrets_) {
    for (const std::string& variable : secret->variables) {
      if (secret->target->has_value()) break;
      *secret->target = get_environment(variable);
      if (!secret->file.empty()) break;
    }
    if (!secret->file.empty() && !secret->target->has_value()) {
      FLAGSTREAM_ASSIGN(std::string content, ReadFile(secret->file));
      while (!content.empty() && (content.back() == '\n' || content.back() == '\r'))
        content.pop_back();
      *secret->target = std::move(content);
    }
    if (secret->target->has_value() && (*secret->target)->empty()) {
      return Error(ErrorCode::kInvalidArgument, EnvironmentName(secret->name) + " is empty");
    }
  }
  return {};
}

}  // namespace flagstream::server
