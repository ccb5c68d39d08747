// SPDX-License-Identifier: Apache-2.0
// Goal: who may sign up, what a log-in leaves behind, and how the operator gets back in.
#include "service/accounts.h"

#include <gtest/gtest.h>

#include "service/first_start.h"
#include "testing/management_world.h"

namespace flagstream::service {
namespace {

using store::Token;
using testing::ManagementWorld;
using testing::Must;
using testing::RecordingBus;

SignUpInput NewUser(const std::string& email) {
  return {.email = email,
          .password = "Correct-Horse-9",
          .first_name = "A",
          .last_name = "B",
          .superuser = true};
}

// A store without anybody.
struct EmptyStore {
  testing::FakeClock clock;
  store::MemoryStore store{clock};
  RecordingBus bus;
  Context context{store, bus, clock};
};

TEST(Accounts, TheFirstMaySignUpAndIsSuperuserThenTheDoorIsClosed) {
  EmptyStore empty;
  Accounts accounts(empty.context, {.allow_registration = false});
  EXPECT_TRUE(Must(accounts.SignUp(NewUser("one@example.org"))).user.is_superuser);
  const auto second = accounts.SignUp(NewUser("two@example.org"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code(), ErrorCode::kPermissionDenied);

  Accounts open(empty.context, {.allow_registration = true});
  EXPECT_FALSE(Must(open.SignUp(NewUser("two@example.org"))).user.is_superuser);
}

TEST(Accounts, TheOldestLogInGoesWhenThereAreTooMany) {
  EmptyStore empty;
  empty.context.limits.tokens_per_user_max = 2;
  Accounts accounts(empty.context, {});
  const std::string first = Must(accounts.SignUp(NewUser("one@example.org"))).token;
  empty.clock.Advance(std::chrono::seconds(1));
  const std::string second = Must(accounts.LogIn("one@example.org", "Correct-Horse-9"));
  empty.clock.Advance(std::chrono::seconds(1));
  const std::string third = Must(accounts.LogIn("one@example.org", "Correct-Horse-9"));
  EXPECT_FALSE(Authenticate(empty.context, first));
  EXPECT_TRUE(Authenticate(empty.context, second));
  EXPECT_TRUE(Authenticate(empty.context, third));
}

TEST(Accounts, LogInsDoNotPushOutTheOperatorsToken) {
  EmptyStore empty;
  empty.context.limits.tokens_per_user_max = 2;
  const std::string first(40, 'a');
  Must(PrepareStore(empty.context,
                    {.email = "ops@example.org", .password = "Correct-Horse-9", .token = first}));
  Accounts accounts(empty.context, {});
  const auto log_in_often = [&] {
    for (int i = 0; i < 3; ++i) Must(accounts.LogIn("ops@example.org", "Correct-Horse-9"));
  };
  log_in_often();
  EXPECT_TRUE(Authenticate(empty.context, first));
  const std::string second = Must(accounts.NewTokenOf("ops@example.org"));
  log_in_often();
  EXPECT_TRUE(Authenticate(empty.context, second));
  EXPECT_FALSE(Authenticate(empty.context, first));
}

TEST(Accounts, TokensAndPasswordsAreStoredAsHashes) {
  EmptyStore empty;
  Accounts accounts(empty.context, {});
  const SignedUp signed_up = Must(accounts.SignUp(NewUser("one@example.org")));
  const auto tokens = Must(Read<std::vector<Token>>(empty.context, [](store::Reader& reader) {
    return store::Find(reader, store::Select<Token>());
  }));
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_EQ(tokens[0].key_hash, auth::HashToken(signed_up.token));
  EXPECT_TRUE(signed_up.user.password_hash.starts_with("$argon2id$"));
}

TEST(Accounts, InactiveUsersStayOutside) {
  EmptyStore empty;
  Accounts accounts(empty.context, {});
  const SignedUp signed_up = Must(accounts.SignUp(NewUser("one@example.org")));
  Must(store::WriteAndWait(empty.store, [&](store::Transaction& tx) {
    store::User user = signed_up.user;
    user.is_active = false;
    return store::Update(tx, user);
  }));
  EXPECT_FALSE(accounts.LogIn("one@example.org", "Correct-Horse-9"));
  const auto caller = Authenticate(empty.context, signed_up.token);
  ASSERT_FALSE(caller);
  EXPECT_EQ(caller.error().code(), ErrorCode::kUnauthenticated);
}

TEST(Accounts, TheOperatorSetsPasswordsAndMakesTokens) {
  EmptyStore empty;
  Accounts accounts(empty.context, {});
  const SignedUp signed_up = Must(accounts.SignUp(NewUser("one@example.org")));
  Must(accounts.SetPasswordOf("ONE@example.org", "Battery-Staple-8"));
  EXPECT_FALSE(Authenticate(empty.context, signed_up.token));
  EXPECT_FALSE(accounts.LogIn("one@example.org", "Correct-Horse-9"));
  EXPECT_TRUE(accounts.LogIn("one@example.org", "Battery-Staple-8"));
  const std::string first = Must(accounts.NewTokenOf("one@example.org"));
  const std::string second = Must(accounts.NewTokenOf("one@example.org"));
  EXPECT_FALSE(Authenticate(empty.context, first));
  EXPECT_EQ(Must(Authenticate(empty.context, second)).email, "one@example.org");
  EXPECT_EQ(accounts.SetPasswordOf("two@example.org", "Battery-Staple-8").error().code(),
            ErrorCode::kNotFound);
  EXPECT_EQ(accounts.SetPasswordOf("one@example.org", "short").error().code(),
            ErrorCode::kInvalidArgument);
}

TEST(Accounts, WhoLeavesMayTakeHisOwnOrganisationsAlong) {
  EmptyStore empty;
  Accounts accounts(empty.context, {});
  const SignedUp signed_up = Must(accounts.SignUp(NewUser("one@example.org")));
  const auth::Principal caller = Must(Authenticate(empty.context, signed_up.token));
  const OrganisationId id{
      Must(Organisations(empty.context).Create(caller, {.name = "Mine"})).value.organisation.id};
  const ProjectId project{Must(Projects(empty.context).Create(caller, id, {.name = "P"})).value.id};
  Must(Environments(empty.context).Create(caller, project, {.name = "E"}));

  EXPECT_FALSE(accounts.DeleteMe(
      caller, {.current_password = "wrong", .delete_orphan_organisations = true}));
  const auto gone = Must(accounts.DeleteMe(
      caller, {.current_password = "Correct-Horse-9", .delete_orphan_organisations = true}));
  EXPECT_EQ(gone.changes.size(), 1U);
  EXPECT_FALSE(Authenticate(empty.context, signed_up.token));
  EXPECT_EQ(Must(Read<int64_t>(empty.context,
                               [](store::Reader& reader) {
                                 return store::Count(reader, store::Select<store::Organisation>());
                               })),
            0);
}

TEST(IsEmail, LooksAtTheForm) {
  for (const char* good : {"a@b.c", "a.b+c@d-e.example", "ü@example.org"})
    EXPECT_TRUE(IsEmail(good)) << good;
  for (const char* bad :
       {"", "a", "@b.c", "a@", "a@b", "a@b.", "a@.b", "a b@c.d", "a@b@c.d", "a@b.c\n"}) {
    EXPECT_FALSE(IsEmail(bad)) << bad;
  }
  EXPECT_FALSE(IsEmail(std::string(250, 'a') + "@b.cd"));
}

TEST(FirstStart, MakesAnAdministratorAndAnOrganisationOnce) {
  EmptyStore empty;
  const FirstStartReport report = Must(PrepareStore(empty.context, {}));
  EXPECT_TRUE(report.created_admin);
  EXPECT_FALSE(report.created_demo);
  const auth::Principal admin =
      Must(Authenticate(empty.context, report.generated_token.value_or("")));
  EXPECT_TRUE(admin.is_superuser);
  EXPECT_TRUE(
      Accounts(empty.context, {}).LogIn(report.email, report.generated_password.value_or("")));
  const auto organisations = Must(Organisations(empty.context).List(admin, {}));
  ASSERT_EQ(organisations.count, 1);
  EXPECT_EQ(organisations.items[0].organisation.id, 1);
  EXPECT_EQ(organisations.items[0].role, auth::OrganisationRole::kAdmin);

  const FirstStartReport second = Must(PrepareStore(empty.context, {}));
  EXPECT_FALSE(second.created_admin);
  EXPECT_FALSE(second.generated_token);
}

TEST(FirstStart, TakesWhatIsGiven) {
  EmptyStore empty;
  const std::string token(40, 'a');
  const FirstStartReport report = Must(PrepareStore(
      empty.context, {.email = "Ops@Example.org", .password = "Correct-Horse-9", .token = token}));
  EXPECT_FALSE(report.generated_password);
  EXPECT_FALSE(report.generated_token);
  EXPECT_EQ(Must(Authenticate(empty.context, token)).email, "ops@example.org");
  EXPECT_TRUE(Accounts(empty.context, {}).LogIn("ops@example.org", "Correct-Horse-9"));
}

TEST(FirstStart, RefusesWhatCannotBeUsed) {
  EmptyStore empty;
  EXPECT_EQ(PrepareStore(empty.context, {.email = "x"}).error().code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(PrepareStore(empty.context, {.password = "x"}).error().code(),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(PrepareStore(empty.context, {.token = "x"}).error().code(),
            ErrorCode::kInvalidArgument);
}

TEST(FirstStart, DemoHasKnownKeysAndIsMadeOnce) {
  EmptyStore empty;
  const std::string token(40, 'a');
  EXPECT_TRUE(Must(PrepareStore(empty.context, {.token = token, .demo = true})).created_demo);
  const auth::Principal admin = Must(Authenticate(empty.context, token));
  for (const std::string key : {"demo-development", "demo-production"}) {
    const store::Environment environment = Must(Environments(empty.context).Get(admin, key));
    EXPECT_EQ(environment.project_id, 1);
    EXPECT_GT(environment.stamp, 0);
    const flags::Environment document = Must(Environments(empty.context).Document(admin, key));
    ASSERT_EQ(document.server_keys.size(), 1U);
    EXPECT_EQ(document.server_keys[0].key, "ser." + key);
    EXPECT_EQ(document.features.size(), document.feature_states.size());
    EXPECT_EQ(document.identity_overrides.size(), key == "demo-development" ? 1U : 0U);
  }
  EXPECT_FALSE(Must(PrepareStore(empty.context, {.demo = true})).created_demo);
}

TEST(FirstStart, FailsWholeOrNotAtAll) {
  for (int64_t call = 0;; ++call) {
    EmptyStore empty;
    empty.store.FailCall(call, Error::Unavailable("gone"));
    if (PrepareStore(empty.context, {.token = std::string(40, 'a'), .demo = true})) break;
    EXPECT_FALSE(Authenticate(empty.context, std::string(40, 'a'))) << call;
    EXPECT_TRUE(Must(PrepareStore(empty.context, {.demo = true})).created_demo) << call;
    // Each try hashes a password; a sample of the calls is enough.
    call += 3;
  }
}

}  // namespace
}  // namespace flagstream::service
