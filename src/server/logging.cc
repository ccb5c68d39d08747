// SPDX-License-Identifier: Apache-2.0
#include "server/logging.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "wire/json.h"

namespace flagstream::server {
namespace {

spdlog::level::level_enum SpdlogLevel(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return spdlog::level::debug;
    case log::Level::kInfo:
      return spdlog::level::info;
    case log::Level::kWarning:
      return spdlog::level::warn;
    case log::Level::kError:
      return spdlog::level::err;
  }
  FLAGSTREAM_UNREACHABLE();
}

std::string_view LevelName(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return "debug";
    case log::Level::kInfo:
      return "info";
    case log::Level::kWarning:
      return "warning";
    case log::Level::kError:
      return "error";
  }
  FLAGSTREAM_UNREACHABLE();
}

std::string TextLine(log::Level, std::string_view message,
                     std::initializer_list<log::Field> fields) {
  std::string line(message);
  for (const log::Field& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    const bool is_word =
        field.value.find_first_of(" \"=\n\r\t") == std::string::npos && !field.value.empty();
    if (is_word) {
      line += field.value;
    } else {
      wire::AppendJsonString(line, field.value);
    }
  }
  return line;
}

// The members of the object but for time, which the pattern puts in front.
std::string JsonLine(log::Level level, std::string_view message,
                     std::initializer_list<log::Field> fields) {
  std::string line = "\"level\":\"";
  line += LevelName(level);
  line += "\",\"message\":";
  wire::AppendJsonString(line, message);
  for (const log::Field& field : fields) {
    line += ',';
    wire::AppendJsonString(line, field.name);
    line += ':';
    if (field.is_number) {
      line += field.value;
    } else {
      wire::AppendJsonString(line, field.value);
    }
  }
  return line;
}

class SpdlogSink final : public log::Sink {
 public:
  SpdlogSink(spdlog::level::level_enum level, bool json)
      : json_(json), logger_("flagstream", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(level);
    logger_.set_formatter(std::make_unique<spdlog::pattern_formatter>(
        json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v",
        spdlog::pattern_time_type::utc));
  }

  bool IsOn(log::Level level) const override { return logger_.should_log(SpdlogLevel(level)); }

  void Write(log::Level level, std::string_view message,
             std::initializer_list<log::Field> fields) override {
    const std::string line =
        json_ ? JsonLine(level, message, fields) : TextLine(level, message, fields);
    logger_.log(SpdlogLevel(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  const bool json_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<log::Sink> MakeLogSink(const std::string& level, const std::string& format) {
  return std::make_unique<SpdlogSink>(spdlog::level::from_str(level), format == "json");
}

}  // namespace flagstream::server
