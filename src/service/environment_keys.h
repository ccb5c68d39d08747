// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/result.h"
#include "service/context.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// A new key needs a name.
struct EnvironmentKeyInput {
  Given<std::string> name;
  Given<bool> active;
  Given<std::optional<int64_t>> expires_at;
};

// The server-side keys of an environment. They work, or stop, on every node at once; clients hear
// nothing of it.
class EnvironmentKeys {
 public:
  explicit EnvironmentKeys(const Context& context) : context_(context) {}

  Result<std::vector<store::EnvironmentApiKey>> List(const auth::Principal& caller,
                                                     const std::string& environment);
  Result<Written<store::EnvironmentApiKey>> Create(const auth::Principal& caller,
                                                   const std::string& environment,
                                                   const EnvironmentKeyInput& input);
  Result<Written<store::EnvironmentApiKey>> Update(const auth::Principal& caller,
                                                   const std::string& environment, int64_t id,
                                                   const EnvironmentKeyInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, const std::string& environment,
                               int64_t id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
