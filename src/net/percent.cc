// SPDX-License-Identifier: Apache-2.0
#include "net/percent.h"

#include <algorithm>
#include <cstddef>

namespace flagstream::net {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Unescape(std::string_view encoded, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(encoded.size());
  for (size_t i = 0; i < encoded.size(); ++i) {
    char c = encoded[i];
    if (c == '%' && i + 2 < encoded.size()) {
      const int high = HexValue(encoded[i + 1]);
      const int low = HexValue(encoded[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    decoded.push_back(c);
  }
  return decoded;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

struct Sequence {
  size_t size;  // bytes of the character, or of the bad part that one U+FFFD stands for
  bool is_valid;
};

// What the first bytes of `text` are. Bounds of the second byte: table 3-7 of the Unicode standard,
// which keeps out overlong forms, surrogates and what lies beyond U+10FFFF.
Sequence FirstSequence(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  for (size_t i = 1; i < size; ++i) {
    if (i >= text.size() || at(i) < low || at(i) > high) return {i, false};
    low = 0x80;
    high = 0xBF;
  }
  return {size, true};
}

std::string ReplaceBadUtf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const Sequence sequence = FirstSequence(text);
    repaired.append(sequence.is_valid ? text.substr(0, sequence.size) : kReplacement);
    text.remove_prefix(sequence.size);
  }
  return repaired;
}

std::string Decode(std::string_view encoded, bool plus_is_space) {
  std::string decoded = Unescape(encoded, plus_is_space);
  return IsAscii(decoded) ? decoded : ReplaceBadUtf8(decoded);
}

}  // namespace

std::string DecodePercent(std::string_view encoded) {
  return Decode(encoded, /*plus_is_space=*/false);
}

std::string DecodeFormText(std::string_view encoded) {
  return Decode(encoded, /*plus_is_space=*/true);
}

}  // namespace flagstream::net
