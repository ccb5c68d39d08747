// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <atomic>

namespace flagstream::log {
namespace {

std::atomic<Sink*> installed_sink{nullptr};

void Write(Level level, std::string_view message, std::initializer_list<Field> fields) {
  Sink* sink = installed_sink.load(std::memory_order_acquire);
  if (sink != nullptr && sink->IsOn(level)) sink->Write(level, message, fields);
}

}  // namespace

void SetSink(Sink* sink) { installed_sink.store(sink, std::memory_order_release); }

void Debug(std::string_view message, std::initializer_list<Field> fields) {
  Write(Level::kDebug, message, fields);
}
void Info(std::string_view message, std::initializer_list<Field> fields) {
  Write(Level::kInfo, message, fields);
}
void Warning(std::string_view message, std::initializer_list<Field> fields) {
  Write(Level::kWarning, message, fields);
}
void Error(std::string_view message, std::initializer_list<Field> fields) {
  Write(Level::kError, message, fields);
}

}  // namespace flagstream::log
