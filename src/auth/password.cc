// SPDX-License-Identifier: Apache-2.0
#include "auth/password.h"

#include <sodium.h>

#include <array>
#include <cerrno>

#include "base/assert.h"

namespace flagstream::auth {
namespace {

static_assert(kPasswordHashBytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN);
static_assert(kPasswordHashPasses >= crypto_pwhash_argon2id_OPSLIMIT_MIN);

constexpr std::string_view kPrefix = crypto_pwhash_argon2id_STRPREFIX;

// libsodium picks its implementations once; calling it again is safe from any thread.
void PrepareSodium() { FLAGSTREAM_ASSERT(sodium_init() >= 0); }

Error OutOfMemory() {
  return Error::Unavailable("There is not enough memory to check a password right now.");
}

Error Unreadable() { return {ErrorCode::kCorrupt, "A stored password hash cannot be read."}; }

Error TooLong() {
  return {ErrorCode::kTooLarge,
          "A password may have at most " + std::to_string(kPasswordBytesMax) + " bytes."};
}

}  // namespace

Result<std::string> HashPassword(std::string_view password) {
  if (password.size() > kPasswordBytesMax) return TooLong();
  PrepareSodium();
  std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
  if (crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(), kPasswordHashPasses,
                                 kPasswordHashBytes) != 0) {
    return OutOfMemory();
  }
  return std::string(hash.data());
}

Result<bool> VerifyPassword(std::string_view hash, std::string_view password) {
  if (password.size() > kPasswordBytesMax) return false;
  if (!hash.starts_with(kPrefix) || hash.size() >= crypto_pwhash_argon2id_STRBYTES) {
    return Unreadable();
  }
  PrepareSodium();
  const std::string terminated(hash);
  errno = 0;
  if (crypto_pwhash_argon2id_str_verify(terminated.c_str(), password.data(), password.size()) ==
      0) {
    return true;
  }
  // How libsodium says "another password" and "no memory"; anything else is a hash it cannot read.
  if (errno == EINVAL) return false;
  if (errno == ENOMEM) return OutOfMemory();
  return Unreadable();
}

Result<bool> VerifyPasswordOfNobody(std::string_view password) {
  static const Result<std::string> hash = HashPassword("nobody");
  if (!hash) return hash.error();
  FLAGSTREAM_TRY(VerifyPassword(*hash, password));
  return false;
}

}  // namespace flagstream::auth
