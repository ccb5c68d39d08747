// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "flags/value.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct TraitView {
  int64_t id = 0;
  std::string key;
  flags::TraitValue value;
  int64_t created_date = 0;
};

struct TraitInput {
  Given<std::string> key;
  Given<flags::TraitValue> value;
};

// Stored traits, as the management side sees and changes them. A change stamps the identity it
// belongs to and nothing else, and leaves no row in the audit log: traits are data of the
// applications, which write them all the time.
class Traits {
 public:
  explicit Traits(const Context& context) : context_(context) {}

  Result<PageOf<TraitView>> List(const auth::Principal& caller, const std::string& environment,
                                 IdentityId identity, const Page& page);
  Result<TraitView> Get(const auth::Principal& caller, const std::string& environment,
                        IdentityId identity, int64_t id);
  // Of all identities of the environment; ascending. Reads them all: rare.
  Result<std::vector<std::string>> Keys(const auth::Principal& caller,
                                        const std::string& environment);

  // Requires key and value.
  Result<Written<TraitView>> Create(const auth::Principal& caller, const std::string& environment,
                                    IdentityId identity, const TraitInput& input);
  Result<Written<TraitView>> Update(const auth::Principal& caller, const std::string& environment,
                                    IdentityId identity, int64_t id, const TraitInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, const std::string& environment,
                               IdentityId identity, int64_t id);
  // Takes the trait from every identity of the environment, some at a time, so that other writers
  // get their turn. If it fails half way the rest is still there, and a further call goes on.
  Result<Written<Done>> DeleteKey(const auth::Principal& caller, const std::string& environment,
                                  const std::string& key);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
