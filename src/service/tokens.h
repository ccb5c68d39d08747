// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "auth/principal.h"
#include "base/result.h"
#include "service/context.h"
#include "store/store.h"

// The tokens of users: 40 hexadecimal digits that are shown once and stored as a hash.
namespace flagstream::service {

// Whose token it is. kUnauthenticated with the reference's sentence if it is nobody's, or of a user
// who may no longer come in. Always asks the store: a token that was deleted anywhere is refused
// from then on.
Result<auth::Principal> Authenticate(const Context& context, std::string_view token);

// Stores `token` of a log-in of the user, inside a write; over the limit the oldest log-in goes.
Result<void> StoreToken(store::Transaction& tx, int64_t user, std::string_view token, int64_t now,
                        int64_t tokens_max);
// Stores `token` as one for programs, which stays when people log in. For the operator alone, who
// makes one at a time: whatever tokens the user has are deleted.
Result<void> ReplaceTokens(store::Transaction& tx, int64_t user, std::string_view token,
                           int64_t now);

}  // namespace flagstream::service
