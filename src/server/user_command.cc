// SPDX-License-Identifier: Apache-2.0
#include "server/user_command.h"

#include <cstdio>
#include <filesystem>

#include "auth/keys.h"
#include "base/clock.h"
#include "bus/local_bus.h"
#include "service/accounts.h"
#include "store/sqlite_store.h"

namespace flagstream::server {
namespace {

Result<> SetPassword(service::Accounts& accounts, const UserOptions& options) {
  const std::string password = options.password ? *options.password : auth::NewPassword();
  FLAGSTREAM_TRY(accounts.SetPasswordOf(options.email, password));
  if (!options.password)
    std::printf("new password of %s: %s\n", options.email.c_str(), password.c_str());
  return {};
}

Result<> NewToken(service::Accounts& accounts, const UserOptions& options) {
  FLAGSTREAM_ASSIGN(const std::string token, accounts.NewTokenOf(options.email));
  std::printf("new token of %s: %s\n", options.email.c_str(), token.c_str());
  return {};
}

}  // namespace

Result<> RunUserCommand(const UserOptions& options) {
  // Opening would make a new store, in which there is nobody.
  if (!std::filesystem::exists(options.data + "/flagstream.db")) {
    return Error(ErrorCode::kNotFound, "there is no data in " + options.data);
  }
  store::SqliteOptions store_options;
  store_options.data_folder = options.data;
  FLAGSTREAM_ASSIGN(const auto store, store::SqliteStore::Open(store_options));
  bus::LocalBus bus;
  const service::Context context{*store, bus, SystemClock()};
  service::Accounts accounts(context, {});
  return options.action == UserOptions::Action::kSetPassword ? SetPassword(accounts, options)
                                                             : NewToken(accounts, options);
}

}  // namespace flagstream::server
