// SPDX-License-Identifier: Apache-2.0
#include "wire/utf8.h"

#include <algorithm>

namespace flagstream::wire {
namespace {

unsigned char ByteAt(std::string_view text, size_t index) {
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

bool IsContinuation(unsigned char byte) { return (byte & 0xC0U) == 0x80U; }

// Bytes of the code point at the start of `text`; 0 if it is none. The second byte's range is what
// keeps out long forms, surrogates and what lies above U+10FFFF (RFC 3629, section 4).
size_t CodePointSize(std::string_view text) {
  const unsigned char first = ByteAt(text, 0);
  const unsigned char second = ByteAt(text, 1);
  if (first < 0x80) return 1;
  if (!IsContinuation(second)) return 0;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (!IsContinuation(ByteAt(text, 2))) return 0;
  if (first == 0xE0 && second < 0xA0) return 0;
  if (first == 0xED && second > 0x9F) return 0;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (!IsContinuation(ByteAt(text, 3))) return 0;
  if (first == 0xF0 && second < 0x90) return 0;
  if (first == 0xF4 && second > 0x8F) return 0;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t size = CodePointSize(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return !IsContinuation(static_cast<unsigned char>(c));
  }));
}

}  // namespace flagstream::wire
