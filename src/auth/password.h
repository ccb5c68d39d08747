// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

// Hashes of passwords: argon2id in its text form, which names its own parameters and salt.
// Each call costs kPasswordHashBytes of memory and tens of milliseconds: on the worker pool, a
// bounded number at once. Fails with kUnavailable when that memory is not to be had.
namespace flagstream::auth {

// 19 MiB, two passes, one lane: what the OWASP Password Storage Cheat Sheet recommends as a minimum
// for argon2id. More memory would slow an attacker further, but several log-ins at once share the
// memory of one server.
inline constexpr size_t kPasswordHashBytes = size_t{19} * 1024 * 1024;
inline constexpr uint64_t kPasswordHashPasses = 2;
// A longer password is refused (kTooLarge): nobody types one.
inline constexpr size_t kPasswordBytesMax = 1024;

Result<std::string> HashPassword(std::string_view password);

// Whether `password` is the one `hash` was made of. kCorrupt if `hash` is no hash of ours.
Result<bool> VerifyPassword(std::string_view hash, std::string_view password);

// For an account that does not exist: always false, and takes as long as VerifyPassword, so that
// the time of an answer does not tell which accounts there are.
Result<bool> VerifyPasswordOfNobody(std::string_view password);

}  // namespace flagstream::auth
