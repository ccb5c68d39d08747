// SPDX-License-Identifier: Apache-2.0
#include "wire/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/assert.h"

namespace flagstream::wire {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// The letter of a short escape; 0 if it has none; '"' and '\\' stand for themselves.
char ShortEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool NeedsEscape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

void AppendEscaped(std::string& out, char c) {
  out += '\\';
  if (const char letter = ShortEscape(c); letter != 0) {
    out += letter;
    return;
  }
  out += "u00";
  out += kHexDigits[static_cast<unsigned char>(c) >> 4];
  out += kHexDigits[static_cast<unsigned char>(c) & 0x0F];
}

void AppendJson(std::string& out, const Json& value);

void AppendArray(std::string& out, const Json::Array& elements) {
  out += '[';
  bool first = true;
  for (const Json& element : elements) {
    if (!std::exchange(first, false)) out += ',';
    AppendJson(out, element);
  }
  out += ']';
}

void AppendObject(std::string& out, const Json::Object& members) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : members) {
    if (!std::exchange(first, false)) out += ',';
    AppendJsonString(out, name);
    out += ':';
    AppendJson(out, value);
  }
  out += '}';
}

// Recursion is as deep as the value, which is bounded where it is parsed or built.
void AppendJson(std::string& out, const Json& value) {
  if (const bool* boolean = value.AsBool()) {
    out += *boolean ? "true" : "false";
  } else if (const int64_t* integer = value.AsInteger()) {
    AppendJsonInteger(out, *integer);
  } else if (const JsonBigInteger* big = value.AsBigInteger()) {
    out += big->text;
  } else if (const double* number = value.AsDouble()) {
    AppendJsonDouble(out, *number);
  } else if (const std::string* text = value.AsString()) {
    AppendJsonString(out, *text);
  } else if (const Json::Array* array = value.AsArray()) {
    AppendArray(out, *array);
  } else if (const Json::Object* object = value.AsObject()) {
    AppendObject(out, *object);
  } else {
    out += "null";
  }
}

}  // namespace

const Json* Json::Find(std::string_view name) const {
  const Object* object = AsObject();
  if (object == nullptr) return nullptr;
  const auto found = std::find_if(object->rbegin(), object->rend(),
                                  [name](const Member& member) { return member.first == name; });
  return found == object->rend() ? nullptr : &found->second;
}

Json& Json::Set(std::string_view name, Json value) {
  if (IsNull()) value_ = Object();
  auto* object = std::get_if<Object>(&value_);
  FLAGSTREAM_ASSERT(object != nullptr);
  object->emplace_back(name, std::move(value));
  return *this;
}

std::string Json::Dump() const {
  std::string out;
  AppendJson(out, *this);
  return out;
}

void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  size_t plain = 0;  // start of what was not copied yet
  for (size_t i = 0; i < text.size(); ++i) {
    if (!NeedsEscape(text[i])) continue;
    out.append(text, plain, i - plain);
    AppendEscaped(out, text[i]);
    plain = i + 1;
  }
  out.append(text, plain);
  out += '"';
}

void AppendJsonInteger(std::string& out, int64_t value) {
  std::array<char, 20> digits;  // "-9223372036854775808"
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), end);
}

void AppendJsonDouble(std::string& out, double value) {
  FLAGSTREAM_ASSERT(std::isfinite(value));
  std::array<char, 24> digits;  // "-2.2250738585072014e-308"
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const std::string_view text(digits.data(), static_cast<size_t>(end - digits.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

}  // namespace flagstream::wire
