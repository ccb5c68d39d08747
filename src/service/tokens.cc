// SPDX-License-Identifier: Apache-2.0
#include "service/tokens.h"

#include <optional>
#include <vector>

#include "auth/keys.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using store::Select;
using store::Token;

Error InvalidToken() { return {ErrorCode::kUnauthenticated, "Invalid token."}; }

Result<void> MakeRoom(store::Transaction& tx, int64_t user, int64_t tokens_max) {
  FLAGSTREAM_ASSIGN(const std::vector<Token> tokens,
                    store::Find(tx, Select<Token>()
                                        .Where(&Token::user_id, user)
                                        .Where(&Token::is_api, false)
                                        .OrderBy(&Token::created_at)));
  for (size_t i = 0; i + static_cast<size_t>(tokens_max) <= tokens.size(); ++i) {
    FLAGSTREAM_TRY(store::Delete(tx, Select<Token>().Where(&Token::id, tokens[i].id)));
  }
  return {};
}

Result<void> Insert(store::Transaction& tx, int64_t user, std::string_view token, int64_t now,
                    bool is_api) {
  Token row;
  row.user_id = user;
  row.key_hash = auth::HashToken(token);
  row.created_at = now;
  row.is_api = is_api;
  return store::Insert(tx, row);
}

}  // namespace

Result<auth::Principal> Authenticate(const Context& context, std::string_view token) {
  if (!auth::IsWellFormedToken(token)) return InvalidToken();
  const std::string hash = auth::HashToken(token);
  return Read<auth::Principal>(context, [&](store::Reader& reader) -> Result<auth::Principal> {
    FLAGSTREAM_ASSIGN(const std::optional<Token> stored,
                      store::FindOne(reader, Select<Token>().Where(&Token::key_hash, hash)));
    if (!stored) return InvalidToken();
    FLAGSTREAM_ASSIGN(const std::optional<store::User> user,
                      store::Get<store::User>(reader, stored->user_id));
    if (!user) return InvalidToken();
    if (!user->is_active) return Error(ErrorCode::kUnauthenticated, "User inactive or deleted.");
    return auth::Principal{{user->id}, user->email, user->is_superuser};
  });
}

Result<void> StoreToken(store::Transaction& tx, int64_t user, std::string_view token, int64_t now,
                        int64_t tokens_max) {
  FLAGSTREAM_TRY(MakeRoom(tx, user, tokens_max));
  return Insert(tx, user, token, now, /*is_api=*/false);
}

Result<void> ReplaceTokens(store::Transaction& tx, int64_t user, std::string_view token,
                           int64_t now) {
  FLAGSTREAM_TRY(store::Delete(tx, Select<Token>().Where(&Token::user_id, user)));
  return Insert(tx, user, token, now, /*is_api=*/true);
}

}  // namespace flagstream::service
