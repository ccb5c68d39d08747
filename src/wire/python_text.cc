// SPDX-License-Identifier: Apache-2.0
#include "wire/python_text.h"

#include <utility>

#include "flags/value.h"

namespace flagstream::wire {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void AppendHex(std::string& out, unsigned char byte) {
  out += "\\x";
  out += kHexDigits[byte >> 4];
  out += kHexDigits[byte & 0x0F];
}

// U+0080 to U+00A0 and U+00AD, which are C2 80 to C2 A0 and C2 AD in UTF-8.
bool IsUnprintableLatin(unsigned char second) { return second <= 0xA0 || second == 0xAD; }

void AppendCharacter(std::string& out, char c, char quote) {
  if (c == quote || c == '\\') {
    out += '\\';
    out += c;
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    AppendHex(out, static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

// Double quotes only where the text has single ones and no double ones.
void AppendQuoted(std::string& out, std::string_view text) {
  const bool has_single = text.find('\'') != std::string_view::npos;
  const bool has_double = text.find('"') != std::string_view::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  out += quote;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\xC2' && i + 1 < text.size() &&
        IsUnprintableLatin(static_cast<unsigned char>(text[i + 1]))) {
      AppendHex(out, static_cast<unsigned char>(text[++i]));
    } else {
      AppendCharacter(out, text[i], quote);
    }
  }
  out += quote;
}

// As deep as the value, which the parser bounded.
void Append(std::string& out, const Json& value) {
  if (const bool* boolean = value.AsBool()) {
    out += *boolean ? "True" : "False";
  } else if (const int64_t* integer = value.AsInteger()) {
    out += std::to_string(*integer);
  } else if (const JsonBigInteger* big = value.AsBigInteger()) {
    out += big->text;
  } else if (const double* number = value.AsDouble()) {
    out += flags::TextOf(*number);
  } else if (const std::string* text = value.AsString()) {
    AppendQuoted(out, *text);
  } else if (const Json::Array* array = value.AsArray()) {
    out += '[';
    bool first = true;
    for (const Json& element : *array) {
      if (!std::exchange(first, false)) out += ", ";
      Append(out, element);
    }
    out += ']';
  } else if (const Json::Object* object = value.AsObject()) {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : *object) {
      if (!std::exchange(first, false)) out += ", ";
      AppendQuoted(out, name);
      out += ": ";
      Append(out, member);
    }
    out += '}';
  } else {
    out += "None";
  }
}

}  // namespace

std::string_view PythonTypeName(const Json& value) {
  if (value.AsBool() != nullptr) return "bool";
  if (value.AsInteger() != nullptr || value.AsBigInteger() != nullptr) return "int";
  if (value.AsDouble() != nullptr) return "float";
  if (value.AsString() != nullptr) return "str";
  if (value.AsArray() != nullptr) return "list";
  if (value.AsObject() != nullptr) return "dict";
  return "NoneType";
}

std::string PythonText(const Json& value) {
  if (const std::string* text = value.AsString()) return *text;
  std::string out;
  Append(out, value);
  return out;
}

}  // namespace flagstream::wire
