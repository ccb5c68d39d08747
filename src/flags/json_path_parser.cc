// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <utility>

#include "flags/json_path.h"

namespace flagstream::flags {
namespace {

constexpr int64_t kIndexMax = (int64_t{1} << 53) - 1;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool IsNameCharacter(char c) { return IsNameStart(c) || IsDigit(c) || c == '-'; }
bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

void AppendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// Each Take... eats what it is named after from the front of the text; false or nothing: it is not
// there, and the path is none.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : rest_(text) {}

  std::optional<JsonPath> Run() {
    if (!Take('$')) return std::nullopt;
    while (!rest_.empty()) {
      if (path_.size() == kPathStepsMax || !TakeStep()) return std::nullopt;
    }
    return std::move(path_);
  }

 private:
  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  template <class Predicate>
  std::string_view TakeWhile(Predicate predicate) {
    const auto end = std::ranges::find_if_not(rest_, predicate);
    const std::string_view taken = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  bool TakeStep();
  bool TakeDotted(PathStep& step);
  bool TakeBracketed(PathStep& step);
  bool TakeIndex(PathStep& step);
  bool TakeQuoted(char quote, std::string& name);
  bool TakeEscape(char quote, std::string& name);
  bool TakeCodePoint(std::string& name);
  std::optional<uint32_t> TakeHex();

  std::string_view rest_;
  JsonPath path_;
};

bool PathParser::TakeStep() {
  TakeWhile(IsSpace);
  PathStep step;
  bool taken = false;
  if (Take('.')) {
    step.descends = Take('.');
    taken = step.descends && Take('[') ? TakeBracketed(step) : TakeDotted(step);
  } else {
    taken = Take('[') && TakeBracketed(step);
  }
  if (taken) path_.push_back(std::move(step));
  return taken;
}

bool PathParser::TakeDotted(PathStep& step) {
  if (Take('*')) {
    step.kind = PathStep::Kind::kWildcard;
    return true;
  }
  if (rest_.empty() || !IsNameStart(rest_.front())) return false;
  step.name = TakeWhile(IsNameCharacter);
  return true;
}

bool PathParser::TakeBracketed(PathStep& step) {
  TakeWhile(IsSpace);
  if (rest_.empty()) return false;
  bool taken = true;
  if (Take('*')) {
    step.kind = PathStep::Kind::kWildcard;
  } else if (Take('\'')) {
    taken = TakeQuoted('\'', step.name);
  } else if (Take('"')) {
    taken = TakeQuoted('"', step.name);
  } else {
    taken = TakeIndex(step);
  }
  TakeWhile(IsSpace);
  return taken && Take(']');
}

bool PathParser::TakeIndex(PathStep& step) {
  step.kind = PathStep::Kind::kIndex;
  const bool negative = Take('-');
  const std::string_view digits = TakeWhile(IsDigit);
  const bool strict = !digits.empty() && (digits.front() != '0' || (digits == "0" && !negative));
  if (!strict) return false;
  const auto error = std::from_chars(digits.data(), digits.data() + digits.size(), step.index).ec;
  if (error != std::errc() || step.index > kIndexMax) return false;
  if (negative) step.index = -step.index;
  return true;
}

bool PathParser::TakeQuoted(char quote, std::string& name) {
  while (!Take(quote)) {
    if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < 0x20) return false;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != '\\') {
      name += c;
    } else if (!TakeEscape(quote, name)) {
      return false;
    }
  }
  return true;
}

bool PathParser::TakeEscape(char quote, std::string& name) {
  if (rest_.empty()) return false;
  const char c = rest_.front();
  rest_.remove_prefix(1);
  if (c == quote || c == '\\' || c == '/') {
    name += c;
    return true;
  }
  constexpr std::string_view kLetters = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  if (const size_t at = kLetters.find(c); at != std::string_view::npos) {
    name += kMeanings[at];
    return true;
  }
  return c == 'u' && TakeCodePoint(name);
}

// The digits of `\u`, and a second escape if the first is half of a pair.
bool PathParser::TakeCodePoint(std::string& name) {
  std::optional<uint32_t> value = TakeHex();
  if (!value || *value < 0x20 || (*value >= 0xDC00 && *value < 0xE000)) return false;
  if (*value >= 0xD800 && *value < 0xDC00) {
    if (!Take('\\') || !Take('u')) return false;
    const std::optional<uint32_t> low = TakeHex();
    if (!low || *low < 0xDC00 || *low >= 0xE000) return false;
    value = 0x10000 + ((*value & 0x3FF) << 10) + (*low & 0x3FF);
  }
  AppendUtf8(name, *value);
  return true;
}

std::optional<uint32_t> PathParser::TakeHex() {
  if (rest_.size() < 4) return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
  if (error != std::errc() || end != rest_.data() + 4) return std::nullopt;
  rest_.remove_prefix(4);
  return value;
}

}  // namespace

std::optional<JsonPath> ParseJsonPath(std::string_view text) { return PathParser(text).Run(); }

}  // namespace flagstream::flags
