// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct IdentityFilter {
  std::string text;    // empty: all
  bool exact = false;  // the whole identifier, else a part of it with case ignored
};

// The stored identities of an environment.
class Identities {
 public:
  explicit Identities(const Context& context) : context_(context) {}

  Result<PageOf<store::Identity>> List(const auth::Principal& caller,
                                       const std::string& environment, const IdentityFilter& filter,
                                       const Page& page);
  Result<store::Identity> Get(const auth::Principal& caller, const std::string& environment,
                              IdentityId id);

  // kConflict if there is one. Changes nothing that anybody is served, so it stamps nothing.
  Result<Written<store::Identity>> Create(const auth::Principal& caller,
                                          const std::string& environment,
                                          const std::string& identifier);
  // Its own stream hears of it; the environment is stamped if the identity had overrides, which are
  // in the document.
  Result<Written<Done>> Delete(const auth::Principal& caller, const std::string& environment,
                               IdentityId id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
