// SPDX-License-Identifier: Apache-2.0
#include "auth/keys.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/random.h"

namespace flagstream::auth {
namespace {

constexpr std::string_view kKeyAlphabet =
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr size_t kKeyLength = 22;  // 127 bits
constexpr size_t kTokenBytes = 20;
constexpr std::string_view kMasterKeyAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr size_t kMasterKeyPrefixLength = 8;
constexpr size_t kMasterKeySecretLength = 32;  // 190 bits
constexpr std::string_view kPasswordAlphabet = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr size_t kPasswordLength = 24;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsKeyCharacter(char c) {
  return IsDigit(c) || IsLetter(c) || c == '.' || c == '_' || c == '-';
}
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

std::string NewClientKey() { return SecureRandomText(kKeyLength, kKeyAlphabet); }

std::string NewServerKey() { return std::string(kServerKeyPrefix) + NewClientKey(); }

bool IsServerKey(std::string_view key) { return key.starts_with(kServerKeyPrefix); }

std::string NewToken() {
  std::array<char, kTokenBytes> bytes{};
  FillSecureRandom(bytes.data(), bytes.size());
  return HexEncode({bytes.data(), bytes.size()});
}

std::string HashToken(std::string_view token) { return Sha256Hex(token); }

bool IsWellFormedToken(std::string_view token) {
  return token.size() == 2 * kTokenBytes && std::all_of(token.begin(), token.end(), IsHexDigit);
}

std::string NewMasterKey() {
  return SecureRandomText(kMasterKeyPrefixLength, kMasterKeyAlphabet) + "." +
         SecureRandomText(kMasterKeySecretLength, kMasterKeyAlphabet);
}

std::optional<std::string_view> MasterKeyPrefix(std::string_view key) {
  const auto is_fine = [](char c) { return IsDigit(c) || IsLetter(c) || c == '.'; };
  if (key.size() != kMasterKeyPrefixLength + 1 + kMasterKeySecretLength ||
      key.find('.') != kMasterKeyPrefixLength || key.rfind('.') != kMasterKeyPrefixLength ||
      !std::all_of(key.begin(), key.end(), is_fine)) {
    return std::nullopt;
  }
  return key.substr(0, kMasterKeyPrefixLength);
}

std::string NewPassword() { return SecureRandomText(kPasswordLength, kPasswordAlphabet); }

bool IsWellFormedKey(std::string_view key) {
  return !key.empty() && key.size() <= kKeyLengthMax &&
         std::all_of(key.begin(), key.end(), IsKeyCharacter);
}

}  // namespace flagstream::auth
