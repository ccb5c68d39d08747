// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "service/context.h"

namespace flagstream::service {

struct FirstStartOptions {
  // Unset ones are generated.
  std::optional<std::string> email;
  std::optional<std::string> password;
  std::optional<std::string> token;  // 40 hexadecimal digits
  bool demo = false;
};

// What was made, so that the operator can be told once.
struct FirstStartReport {
  bool created_admin = false;
  std::string email;
  std::optional<std::string> generated_password;
  std::optional<std::string> generated_token;
  bool created_demo = false;
};

// Makes a store without users usable: a superuser, who is ADMIN of each organisation that was
// imported, or else of a new one, "Default". With `demo`, adds the demo project unless its
// environments are there. All in one transaction; on a store that has what is asked for it changes
// nothing. kInvalidArgument if a given e-mail, password or token cannot be used. Hashes a password;
// before anything is served.
Result<FirstStartReport> PrepareStore(const Context& context, const FirstStartOptions& options);

}  // namespace flagstream::service
