// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace flagstream::store::postgres {
namespace {

constexpr char kEscape = '\x01';
constexpr std::string_view kDigits = "0123456789abcdef";
// Of a byte that is not UTF-8: kEscape, then two digits of which the first is 8 or more, so that it
// is none of "0" and "1".
constexpr size_t kRawLength = 3;

bool IsContinuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

// What may follow a lead byte (RFC 3629, section 4): how many bytes there are, and the bounds of
// the second.
struct Sequence {
  size_t length;
  unsigned char second_min;
  unsigned char second_max;
};

Sequence SequenceOf(unsigned char lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead >= 0xC2 && lead <= 0xDF) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};
  if (lead == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (lead >= 0xE1 && lead <= 0xEF) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Bytes of the character that `text` begins with; 0 if it begins with none.
size_t CharacterLength(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto [length, second_min, second_max] = SequenceOf(byte(0));
  if (length < 2) return length;
  if (text.size() < length || byte(1) < second_min || byte(1) > second_max) return 0;
  for (size_t i = 2; i < length; ++i) {
    if (!IsContinuation(byte(i))) return 0;
  }
  return length;
}

bool NeedsEscape(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    return c == '\0' || c == kEscape || static_cast<unsigned char>(c) >= 0x80;
  });
}

int DigitOf(char c) {
  const size_t found = kDigits.find(c);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

// The byte that an escape stands for, and its length; 0 for none of ours.
std::pair<char, size_t> ReadEscape(std::string_view stored) {
  if (stored.size() >= 2 && stored[1] == '0') return {'\0', 2};
  if (stored.size() >= 2 && stored[1] == '1') return {kEscape, 2};
  if (stored.size() < kRawLength) return {kEscape, 0};
  const int high = DigitOf(stored[1]);
  const int low = DigitOf(stored[2]);
  if (high < 8 || low < 0) return {kEscape, 0};
  return {static_cast<char>(high * 16 + low), kRawLength};
}

}  // namespace

std::string EncodeText(std::string_view text) {
  if (!NeedsEscape(text)) return std::string(text);
  std::string stored;
  stored.reserve(text.size() + 8);
  while (!text.empty()) {
    const char first = text.front();
    const size_t length = CharacterLength(text);
    if (first == '\0' || first == kEscape) {
      stored.append({kEscape, first == '\0' ? '0' : '1'});
    } else if (length == 0) {
      const auto byte = static_cast<unsigned char>(first);
      stored.append({kEscape, kDigits[byte >> 4], kDigits[byte & 15]});
    } else {
      stored.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return stored;
}

std::string DecodeText(std::string_view stored) {
  if (stored.find(kEscape) == std::string_view::npos) return std::string(stored);
  std::string text;
  text.reserve(stored.size());
  while (!stored.empty()) {
    const auto [byte, length] =
        stored.front() == kEscape ? ReadEscape(stored) : std::pair{stored.front(), size_t{1}};
    text += byte;
    stored.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

}  // namespace flagstream::store::postgres
