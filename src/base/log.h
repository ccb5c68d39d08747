// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace flagstream::log {

enum class Level { kDebug, kInfo, kWarning, kError };

// One named fact of an event. Values must never be keys, tokens, passwords or names that customers
// chose: ids only.
struct Field {
  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(v) {}
  Field(std::string_view n, const std::string& v) : name(n), value(v) {}
  template <class Number>
    requires std::is_arithmetic_v<Number>
  Field(std::string_view n, Number v) : name(n), value(std::to_string(v)), is_number(true) {}

  std::string_view name;
  std::string value;
  bool is_number = false;
};

// Where events go; `server` installs one over spdlog. Safe from any thread.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual bool IsOn(Level level) const = 0;
  virtual void Write(Level level, std::string_view message,
                     std::initializer_list<Field> fields) = 0;
};

// `sink` must outlive all logging, or be replaced first; null drops events. Not while other threads
// log.
void SetSink(Sink* sink);

void Debug(std::string_view message, std::initializer_list<Field> fields = {});
void Info(std::string_view message, std::initializer_list<Field> fields = {});
void Warning(std::string_view message, std::initializer_list<Field> fields = {});
void Error(std::string_view message, std::initializer_list<Field> fields = {});

}  // namespace flagstream::log
