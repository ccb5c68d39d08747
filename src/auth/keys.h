// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// The keys SDKs send and the tokens of the management side. New ones come from the operating
// system's random numbers.
namespace flagstream::auth {

inline constexpr std::string_view kServerKeyPrefix = "ser.";
// Longest key of an environment, so that a key in a path or a table has a bound; ours have 22 and
// 26 characters.
inline constexpr size_t kKeyLengthMax = 100;

// 22 characters that are not taken for one another when read aloud: the key of an environment.
std::string NewClientKey();
// The same after "ser.": SDKs look for that prefix.
std::string NewServerKey();
bool IsServerKey(std::string_view key);

// 40 hexadecimal digits, as users send it.
std::string NewToken();
// What is stored of a token: SHA-256 in hexadecimal. A token has 160 random bits, so nothing slower
// is needed.
std::string HashToken(std::string_view token);
// Whether it has the form of NewToken's.
bool IsWellFormedToken(std::string_view token);

// 8 and 32 letters and digits with a dot between: acts for an organisation. Stored as HashToken of
// all of it.
std::string NewMasterKey();
// What comes before the dot, by which such a key is known; unset if `key` has another form.
std::optional<std::string_view> MasterKeyPrefix(std::string_view key);

// A password to start with: 24 characters of 32 that are not taken for one another, 120 bits.
std::string NewPassword();

// 1 to kKeyLengthMax of [A-Za-z0-9._-]: SDKs put keys into paths as they are.
bool IsWellFormedKey(std::string_view key);

}  // namespace flagstream::auth
