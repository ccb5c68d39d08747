// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// A new one needs a name.
struct MasterKeyInput {
  Given<std::string> name;
  Given<bool> revoked;  // for good
  Given<bool> is_admin;
  Given<std::optional<int64_t>> expiry_date;
};

struct MasterKeyView {
  store::MasterApiKey row;
  bool has_expired = false;
};

struct NewMasterKey {
  MasterKeyView view;
  std::string key;  // in full; nobody can tell it later
};

// The keys of organisations, which programs use in place of a user. Managed by the administrators
// of the organisation, but never with such a key. What a key may do ends with the next request
// after it was revoked, deleted or ran out.
class MasterKeys {
 public:
  explicit MasterKeys(const Context& context) : context_(context) {}

  Result<PageOf<MasterKeyView>> List(const auth::Principal& caller, OrganisationId organisation,
                                     const Page& page);
  Result<MasterKeyView> Get(const auth::Principal& caller, OrganisationId organisation,
                            const std::string& prefix);
  Result<Written<NewMasterKey>> Create(const auth::Principal& caller, OrganisationId organisation,
                                       const MasterKeyInput& input);
  Result<Written<MasterKeyView>> Update(const auth::Principal& caller, OrganisationId organisation,
                                        const std::string& prefix, const MasterKeyInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, OrganisationId organisation,
                               const std::string& prefix);

 private:
  const Context& context_;
};

// Who sent such a key. kUnauthenticated with the reference's sentence if it is none, or may no
// longer be used. Always asks the store.
Result<auth::Principal> AuthenticateMasterKey(const Context& context, std::string_view key);

}  // namespace flagstream::service
