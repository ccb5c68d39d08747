// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flagstream::auth {

// Fewest characters of a password.
inline constexpr size_t kPasswordLengthMin = 8;

// What an attacker would try first for this account.
struct PasswordOwner {
  std::string_view email;
  std::string_view first_name;
  std::string_view last_name;
};

// Why `password` may not be chosen, in sentences for the user, worded as Django words them; empty
// if it may.
std::vector<std::string> PasswordProblems(std::string_view password, const PasswordOwner& owner);

}  // namespace flagstream::auth
