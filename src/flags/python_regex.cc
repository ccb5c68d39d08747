// SPDX-License-Identifier: Apache-2.0
#include "flags/python_regex.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flagstream::flags {
namespace {

constexpr int kGroupDepthMax = 200;
constexpr uint32_t kRepeatMax = 65'535;  // PCRE2's; texts are shorter
constexpr uint32_t kCodePointMax = 0x10FFFF;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsOctal(char c) { return c >= '0' && c <= '7'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Flags that PCRE2 has as well.
bool IsMatchFlag(char c) { return c == 'i' || c == 'm' || c == 's'; }
bool IsVerboseSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool IsNameCharacter(char c) {
  return IsDigit(c) || IsLetter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// A set of characters inside [...], and what it is outside if not just that.
struct SetText {
  std::string_view inside;
  std::string_view outside;
};

// Python counts the separators 1C to 1F as white space, PCRE2 does not.
SetText TextOfSet(char letter, bool ascii) {
  switch (letter) {
    case 'd':
      return ascii ? SetText{"0-9", "[0-9]"} : SetText{"\\d", "\\d"};
    case 'D':
      return ascii ? SetText{"\\x{0}-\\/:-\\x{10FFFF}", "[^0-9]"} : SetText{"\\D", "\\D"};
    case 's':
      return ascii ? SetText{" \\t-\\r", "[ \\t-\\r]"}
                   : SetText{"\\s\\x{1C}-\\x{1F}", "[\\s\\x{1C}-\\x{1F}]"};
    case 'S':
      return ascii ? SetText{"\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{10FFFF}", "[^ \\t-\\r]"}
                   : SetText{"\\S", "[^\\s\\x{1C}-\\x{1F}]"};
    case 'w':
      return ascii ? SetText{"a-zA-Z0-9_", "[a-zA-Z0-9_]"} : SetText{"\\w", "\\w"};
    default:
      return ascii ? SetText{"\\x{0}-\\/:-@\\[-\\^`\\{-\\x{10FFFF}", "[^a-zA-Z0-9_]"}
                   : SetText{"\\W", "\\W"};
  }
}
constexpr std::string_view kSetLetters = "dDsSwW";

constexpr std::string_view kAsciiBorder =
    "(?:(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_]))";
constexpr std::string_view kAsciiNoBorder =
    "(?:(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_]))";

// Flags that change how the pattern is read, not only how PCRE2 matches.
struct Flags {
  bool verbose = false;
  bool ascii = false;
};

// What a quantifier would stand after.
enum class Before { kNothing, kItem, kQuantified };

// Walks a pattern once and writes its translation. Each Take... eats what it is named after from
// the front of `rest_` and answers false if Python would refuse it.
class Translator {
 public:
  Translator(std::string_view pattern, Flags flags) : rest_(pattern), flags_(flags) {}

  bool Run() { return TakeAlternatives(0) && rest_.empty() && conditional_group_max_ <= groups_; }
  // `(?x)` was found: Python reads such a pattern once more as verbose from its first character.
  bool turns_verbose() const { return turns_verbose_; }
  std::string TakeText() { return std::move(out_); }

 private:
  bool TakeAlternatives(int depth);
  bool TakeItem(int depth);
  bool TakeAnchor(std::string_view text);
  bool TakeQuantifier();
  bool TakeBraces(bool& is_quantifier);
  bool TakeGroup(int depth);
  bool TakeExtension(int depth);
  bool TakeComment();
  bool TakeNamed(int depth);
  bool TakeConditional(int depth);
  bool TakeFlags(int depth);
  bool TakeGlobalFlags(std::string_view letters);
  bool TakeScope(std::string_view on, std::string_view off, int depth);
  bool TakeCapture(int depth);
  bool TakeBody(int depth);
  bool TakeEscape();
  bool TakeReference();
  bool TakeClass();
  bool TakeClassMember(bool& is_set);
  bool TakeClassEscape(bool& is_set);
  bool TakeCharacterEscape(char c);
  bool TakeHex(size_t digits);
  bool TakeOctal();
  bool WriteReference(int group);
  void SkipVerbose();

  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  char TakeCharacter() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  template <class Predicate>
  std::string_view TakeWhile(Predicate predicate) {
    const auto end = std::ranges::find_if_not(rest_, predicate);
    const std::string_view taken = rest_.substr(0, static_cast<size_t>(end - rest_.begin()));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // With the bytes that belong to it.
  void WriteLiteral(char c) {
    if (!IsNameCharacter(c)) out_ += '\\';
    out_ += c;
  }
  void WriteCodePoint(uint32_t value);
  bool WriteItem(std::string_view text) {
    out_ += text;
    before_ = Before::kItem;
    return true;
  }

  std::string_view rest_;
  std::string out_;
  Flags flags_;
  Before before_ = Before::kNothing;
  bool turns_verbose_ = false;
  bool at_start_ = true;  // nothing but global flags so far
  int groups_ = 0;
  int conditional_group_max_ = 0;
  std::vector<int> open_groups_;
  std::unordered_map<std::string_view, int> names_;
};

bool Translator::TakeAlternatives(int depth) {
  if (depth > kGroupDepthMax) return false;
  before_ = Before::kNothing;
  while (true) {
    if (flags_.verbose) SkipVerbose();
    if (rest_.empty() || rest_.front() == ')') return true;
    if (Take("|")) {
      out_ += '|';
      before_ = Before::kNothing;
      at_start_ = false;
    } else if (!TakeItem(depth)) {
      return false;
    }
  }
}

void Translator::SkipVerbose() {
  while (!rest_.empty() && (IsVerboseSpace(rest_.front()) || rest_.front() == '#')) {
    if (TakeCharacter() == '#') {
      TakeWhile([](char c) { return c != '\n'; });
    }
  }
}

bool Translator::TakeItem(int depth) {
  const char c = rest_.front();
  if (c == '(') return TakeGroup(depth);
  at_start_ = false;
  switch (c) {
    case '\\':
      return TakeEscape();
    case '[':
      return TakeClass();
    case '^':
    case '$':
      return TakeAnchor(rest_.substr(0, 1));
    case '.':
      rest_.remove_prefix(1);
      return WriteItem(".");
    case '*':
    case '+':
    case '?':
    case '{':
      return TakeQuantifier();
    default:
      WriteLiteral(TakeCharacter());
      before_ = Before::kItem;
      return true;
  }
}

// `text` is what stands in the pattern, which PCRE2 spells alike.
bool Translator::TakeAnchor(std::string_view text) {
  out_ += text;
  rest_.remove_prefix(text.size());
  before_ = Before::kNothing;
  return true;
}

bool Translator::TakeQuantifier() {
  const Before before = before_;
  const size_t written = out_.size();
  bool is_quantifier = true;
  if (rest_.front() != '{') {
    out_ += TakeCharacter();
  } else if (!TakeBraces(is_quantifier)) {
    return false;
  }
  if (!is_quantifier) {
    out_.resize(written);
    rest_.remove_prefix(1);
    return WriteItem("\\{");
  }
  if (before != Before::kItem) return false;
  if (Take("?"))
    out_ += '?';
  else if (Take("+"))
    out_ += '+';
  before_ = Before::kQuantified;
  return true;
}

// `{3}`, `{3,}`, `{,5}`, `{3,5}`, `{,}`; anything else is no quantifier but a brace, and not taken.
bool Translator::TakeBraces(bool& is_quantifier) {
  const std::string_view all = rest_;
  rest_.remove_prefix(1);
  const std::string_view low_text = TakeWhile(IsDigit);
  const bool has_comma = Take(",");
  const std::string_view high_text = has_comma ? TakeWhile(IsDigit) : low_text;
  is_quantifier = (has_comma || !low_text.empty()) && Take("}");
  if (!is_quantifier) {
    rest_ = all;
    return true;
  }
  uint32_t low = 0;
  uint32_t high = std::numeric_limits<uint32_t>::max();
  const auto parse = [](std::string_view text, uint32_t& number) {
    if (text.empty()) return true;
    return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc() &&
           number < std::numeric_limits<uint32_t>::max();
  };
  if (!parse(low_text, low) || !parse(high_text, high) || high < low) return false;
  out_ += '{' + std::to_string(low) + ',';
  if (high <= kRepeatMax) out_ += std::to_string(high);
  out_ += '}';
  return true;
}

bool Translator::TakeGroup(int depth) {
  rest_.remove_prefix(1);
  const Flags outer = flags_;
  if (!Take("?")) {
    at_start_ = false;
    return TakeCapture(depth);
  }
  const bool taken = TakeExtension(depth);
  if (!at_start_) flags_ = outer;
  return taken;
}

bool Translator::TakeExtension(int depth) {
  if (Take("#")) return TakeComment();
  if (!rest_.empty() && (IsLetter(rest_.front()) || rest_.front() == '-') && rest_.front() != 'P') {
    return TakeFlags(depth);
  }
  at_start_ = false;
  if (Take("P")) return TakeNamed(depth);
  if (Take("(")) return TakeConditional(depth);
  for (const std::string_view kind : {":", "=", "!", "<=", "<!", ">"}) {
    if (!Take(kind)) continue;
    out_.append("(?").append(kind);
    return TakeBody(depth);
  }
  return false;
}

bool Translator::TakeComment() {
  TakeWhile([](char c) { return c != ')'; });
  return Take(")");
}

bool Translator::TakeNamed(int depth) {
  if (Take("=")) {
    const auto group = names_.find(TakeWhile(IsNameCharacter));
    return group != names_.end() && Take(")") && WriteReference(group->second);
  }
  if (!Take("<")) return false;
  const std::string_view name = TakeWhile(IsNameCharacter);
  if (name.empty() || IsDigit(name.front()) || !Take(">")) return false;
  if (!names_.emplace(name, groups_ + 1).second) return false;
  return TakeCapture(depth);
}

bool Translator::TakeConditional(int depth) {
  const std::string_view name = TakeWhile(IsNameCharacter);
  if (name.empty() || !Take(")")) return false;
  int group = 0;
  if (const auto known = names_.find(name); known != names_.end()) {
    group = known->second;
  } else if (std::ranges::all_of(name, IsDigit)) {
    std::from_chars(name.data(), name.data() + name.size(), group);
  }
  if (group == 0) return false;
  conditional_group_max_ = std::max(conditional_group_max_, group);
  out_ += "(?(" + std::to_string(group) + ")";
  return TakeBody(depth);
}

bool Translator::TakeFlags(int depth) {
  const std::string_view on = TakeWhile(IsLetter);
  if (Take(")")) return TakeGlobalFlags(on);
  at_start_ = false;
  const bool turns_off = Take("-");
  const std::string_view off = turns_off ? TakeWhile(IsLetter) : std::string_view();
  if ((turns_off && off.empty()) || !Take(":")) return false;
  return TakeScope(on, off, depth);
}

bool Translator::TakeGlobalFlags(std::string_view letters) {
  const bool known = letters.find_first_not_of("aimsux") == std::string_view::npos;
  const bool ascii = letters.find('a') != std::string_view::npos;
  if (!known || !at_start_ || (ascii && letters.find('u') != std::string_view::npos)) return false;
  before_ = Before::kNothing;
  flags_.ascii = flags_.ascii || ascii;
  if (letters.find('x') != std::string_view::npos) turns_verbose_ = true;
  for (const char letter : letters) {
    if (IsMatchFlag(letter)) out_.append("(?").append(1, letter).append(")");
  }
  return true;
}

bool Translator::TakeScope(std::string_view on, std::string_view off, int depth) {
  const auto has = [](std::string_view letters, char letter) {
    return letters.find(letter) != std::string_view::npos;
  };
  if (on.find_first_not_of("aimsux") != std::string_view::npos ||
      off.find_first_not_of("imsx") != std::string_view::npos ||
      on.find_first_of(off) != std::string_view::npos || (has(on, 'a') && has(on, 'u'))) {
    return false;
  }
  flags_.verbose = (flags_.verbose || has(on, 'x')) && !has(off, 'x');
  flags_.ascii = (flags_.ascii || has(on, 'a')) && !has(on, 'u');
  out_ += "(?";
  const auto append = [&](std::string_view letters) {
    std::ranges::copy_if(letters, std::back_inserter(out_), IsMatchFlag);
  };
  append(on);
  if (off.find_first_of("ims") != std::string_view::npos) out_ += '-';
  append(off);
  out_ += ':';
  return TakeBody(depth);
}

bool Translator::TakeCapture(int depth) {
  out_ += '(';
  open_groups_.push_back(++groups_);
  if (!TakeBody(depth)) return false;
  open_groups_.pop_back();
  return true;
}

bool Translator::TakeBody(int depth) {
  if (!TakeAlternatives(depth + 1) || !Take(")")) return false;
  return WriteItem(")");
}

bool Translator::TakeEscape() {
  if (rest_.size() < 2) return false;
  const char c = rest_[1];
  if (c == 'A') return TakeAnchor(rest_.substr(0, 2));
  if (c == 'Z' || c == 'b' || c == 'B') {
    const bool border = c == 'b';
    if (c == 'Z')
      out_ += "\\z";
    else if (flags_.ascii)
      out_ += border ? kAsciiBorder : kAsciiNoBorder;
    else
      out_ += border ? "\\b" : "\\B";
    rest_.remove_prefix(2);
    before_ = Before::kNothing;
    return true;
  }
  rest_.remove_prefix(1);
  before_ = Before::kItem;
  if (kSetLetters.find(c) != std::string_view::npos) {
    rest_.remove_prefix(1);
    out_ += TextOfSet(c, flags_.ascii).outside;
    return true;
  }
  if (c != '0' && IsDigit(c)) return TakeReference();
  return TakeCharacterEscape(c);
}

// `\1` to `\99`, or three octal digits.
bool Translator::TakeReference() {
  if (rest_.size() >= 3 && IsOctal(rest_[0]) && IsOctal(rest_[1]) && IsOctal(rest_[2])) {
    return TakeOctal();
  }
  int group = TakeCharacter() - '0';
  if (!rest_.empty() && IsDigit(rest_.front())) group = group * 10 + (TakeCharacter() - '0');
  return WriteReference(group);
}

bool Translator::WriteReference(int group) {
  if (group > groups_ || std::ranges::count(open_groups_, group) > 0) return false;
  return WriteItem("\\g{" + std::to_string(group) + "}");
}

// A backslash is taken already; `c` is what comes next.
bool Translator::TakeCharacterEscape(char c) {
  if (c == '0') return TakeOctal();
  rest_.remove_prefix(1);
  switch (c) {
    case 'a':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      out_ += '\\';
      out_ += c;
      return true;
    case 'v':
      WriteCodePoint('\v');
      return true;
    case 'x':
      return TakeHex(2);
    case 'u':
      return TakeHex(4);
    case 'U':
      return TakeHex(8);
    default:
      if (IsLetter(c) || IsDigit(c)) return false;
      WriteLiteral(c);
      return true;
  }
}

bool Translator::TakeHex(size_t digits) {
  const std::string_view text = rest_.substr(0, digits);
  if (text.size() < digits || !std::ranges::all_of(text, IsHex)) return false;
  uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  rest_.remove_prefix(digits);
  WriteCodePoint(value);
  return value <= kCodePointMax;
}

// Up to three digits, of which the first is there.
bool Translator::TakeOctal() {
  uint32_t value = 0;
  for (int i = 0; i < 3 && !rest_.empty() && IsOctal(rest_.front()); ++i) {
    value = value * 8 + static_cast<uint32_t>(TakeCharacter() - '0');
  }
  WriteCodePoint(value);
  return value <= 0377;
}

void Translator::WriteCodePoint(uint32_t value) {
  std::array<char, 8> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  out_.append("\\x{").append(digits.data(), end).append("}");
}

bool Translator::TakeClass() {
  rest_.remove_prefix(1);
  out_ += '[';
  if (Take("^")) out_ += '^';
  bool first = true;
  while (first || !Take("]")) {
    first = false;
    bool low_is_set = false;
    if (!TakeClassMember(low_is_set)) return false;
    if (!rest_.starts_with('-') || rest_.starts_with("-]")) continue;
    rest_.remove_prefix(1);
    out_ += '-';
    bool high_is_set = false;
    if (!TakeClassMember(high_is_set) || low_is_set || high_is_set) return false;
  }
  return WriteItem("]");
}

bool Translator::TakeClassMember(bool& is_set) {
  if (rest_.empty()) return false;
  const char c = TakeCharacter();
  if (c == '\\') return TakeClassEscape(is_set);
  WriteLiteral(c);
  // A character of several bytes is one end of a range.
  while (!rest_.empty() && (static_cast<unsigned char>(rest_.front()) & 0xC0) == 0x80) {
    out_ += TakeCharacter();
  }
  return true;
}

bool Translator::TakeClassEscape(bool& is_set) {
  if (rest_.empty()) return false;
  const char c = rest_.front();
  is_set = kSetLetters.find(c) != std::string_view::npos;
  if (is_set || c == 'b') {
    rest_.remove_prefix(1);
    out_ += is_set ? TextOfSet(c, flags_.ascii).inside : "\\x{8}";
    return true;
  }
  return IsOctal(c) ? TakeOctal() : TakeCharacterEscape(c);
}

}  // namespace

std::optional<std::string> TranslatePythonRegex(std::string_view pattern) {
  Translator translator(pattern, Flags());
  const bool taken = translator.Run();
  if (!translator.turns_verbose()) {
    if (!taken) return std::nullopt;
    return translator.TakeText();
  }
  Translator verbose(pattern, Flags{.verbose = true});
  if (!verbose.Run()) return std::nullopt;
  return verbose.TakeText();
}

}  // namespace flagstream::flags
