// SPDX-License-Identifier: Apache-2.0
#include "tests/contract/store_contract.h"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "store/query.h"
#include "store/stamping.h"
#include "testing/store_data.h"

namespace flagstream::store {
namespace {

// Goal: a store keeps what it is told, all of a write or nothing, and answers each kind of query
// alike whatever the adapter.

using flagstream::testing::InsertFeature;
using flagstream::testing::InsertIdentity;
using flagstream::testing::InsertPlace;
using flagstream::testing::Place;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

User MakeUser(const std::string& email) { return {.uuid = "u", .email = email}; }

Result<std::vector<std::string>> Emails(Reader& reader, const Select<User>& select) {
  FLAGSTREAM_ASSIGN(const auto rows, FindMembers(reader, select, &User::email));
  std::vector<std::string> emails;
  for (const auto& [email] : rows) emails.push_back(email);
  return emails;
}

template <class T>
void ExpectError(const Result<T>& result, ErrorCode code) {
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), code);
}

// Users a to e; only b and d have logged in, and only c and d are active.
Result<void> InsertFiveUsers(Transaction& tx) {
  for (const char* const email : {"a@x", "b@x", "c@x", "d@x", "e@x"}) {
    User user = MakeUser(email);
    user.is_active = email[0] == 'c' || email[0] == 'd';
    if (email[0] == 'b') user.last_login = 20;
    if (email[0] == 'd') user.last_login = 10;
    user.date_joined = email[0];
    FLAGSTREAM_TRY(Insert(tx, user));
  }
  return {};
}

}  // namespace

void StoreContract::MustWrite(const WriteWork& work) {
  const Result<void> result = WriteAndWait(store(), work);
  ASSERT_TRUE(result.ok()) << result.error().ToString();
}

void StoreContract::MustRead(const ReadWork& work) {
  const Result<void> result = store().Read(work);
  ASSERT_TRUE(result.ok()) << result.error().ToString();
}

ErrorCode StoreContract::WriteError(const WriteWork& work) {
  const Result<void> result = WriteAndWait(store(), work);
  EXPECT_FALSE(result.ok());
  return result ? ErrorCode::kInternal : result.error().code();
}

TEST_P(StoreContract, KeepsEveryMemberOfARecord) {
  User user = {.uuid = "3f",
               .email = "a@x",
               .first_name = "A",
               .last_name = "Ä",
               .password_hash = "$",
               .sign_up_type = "NO_INVITE",
               .is_active = false,
               .is_superuser = true,
               .marketing_consent_given = true,
               .date_joined = 5,
               .last_login = 6};
  MustWrite([&](Transaction& tx) { return Insert(tx, user); });
  EXPECT_GT(user.id, 0);
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const std::optional<User> found, Get<User>(reader, user.id));
    EXPECT_TRUE(found.has_value());
    EXPECT_EQ(ToRow(found.value()), ToRow(user));
    return {};
  });
}

TEST_P(StoreContract, WhatIsNotThereIsNotFound) {
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const std::optional<User> found, Get<User>(reader, 1));
    EXPECT_FALSE(found.has_value());
    FLAGSTREAM_ASSIGN(const int64_t count, Count(reader, Select<User>()));
    EXPECT_EQ(count, 0);
    return {};
  });
}

TEST_P(StoreContract, UpdatesAWholeRow) {
  User user = MakeUser("a@x");
  user.last_login = 1;
  MustWrite([&](Transaction& tx) { return Insert(tx, user); });
  user.email = "b@x";
  user.last_login.reset();
  MustWrite([&](Transaction& tx) { return Update(tx, user); });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const std::vector<User> users, Find(reader, Select<User>()));
    EXPECT_EQ(users.size(), 1U);
    EXPECT_EQ(ToRow(users.at(0)), ToRow(user));
    return {};
  });
}

TEST_P(StoreContract, UpdateOfAMissingRowIsNotFound) {
  User user = MakeUser("a@x");
  user.id = 7;
  EXPECT_EQ(WriteError([&](Transaction& tx) { return Update(tx, user); }), ErrorCode::kNotFound);
}

TEST_P(StoreContract, DeletesWhatMatchesAndCountsIt) {
  MustWrite(InsertFiveUsers);
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const int64_t gone, Delete(tx, Select<User>().Where(&User::is_active, true)));
    EXPECT_EQ(gone, 2);
    FLAGSTREAM_ASSIGN(const int64_t again,
                      Delete(tx, Select<User>().Where(&User::is_active, true)));
    EXPECT_EQ(again, 0);
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto emails, Emails(reader, Select<User>()));
    EXPECT_THAT(emails, ElementsAre("a@x", "b@x", "e@x"));
    return {};
  });
}

TEST_P(StoreContract, MatchesEachKindOfCondition) {
  MustWrite(InsertFiveUsers);
  MustRead([&](Reader& reader) -> Result<void> {
    const auto expect = [&](const Select<User>& select, const std::vector<std::string>& wanted) {
      const auto emails = Emails(reader, select);
      ASSERT_TRUE(emails.ok()) << emails.error().ToString();
      EXPECT_EQ(*emails, wanted);
      const auto count = Count(reader, select);
      ASSERT_TRUE(count.ok()) << count.error().ToString();
      EXPECT_EQ(static_cast<size_t>(*count), wanted.size());
    };
    expect(Select<User>().Where(&User::email, "b@x"), {"b@x"});
    expect(Select<User>().Where(&User::is_active, true), {"c@x", "d@x"});
    expect(Select<User>().Where(&User::last_login, int64_t{20}), {"b@x"});
    expect(Select<User>().WhereNull(&User::last_login), {"a@x", "c@x", "e@x"});
    expect(Select<User>().WhereNotNull(&User::last_login), {"b@x", "d@x"});
    expect(Select<User>().WhereGreater(&User::last_login, int64_t{10}), {"b@x"});
    expect(Select<User>().WhereLess(&User::last_login, int64_t{20}), {"d@x"});
    expect(Select<User>().WhereGreater(&User::email, "b@x"), {"c@x", "d@x", "e@x"});
    expect(Select<User>().WhereIn(&User::email, std::vector<std::string>{"e@x", "a@x", "z@x"}),
           {"a@x", "e@x"});
    expect(Select<User>().WhereIn(&User::email, std::vector<std::string>{}), {});
    expect(Select<User>().WhereIn(&User::last_login, std::vector<int64_t>{10, 20, 20}),
           {"b@x", "d@x"});
    expect(Select<User>().WhereContains(&User::email, "B@"), {"b@x"});
    expect(Select<User>().WhereContains(&User::email, ""), {"a@x", "b@x", "c@x", "d@x", "e@x"});
    expect(Select<User>().WhereContains(&User::email, "%"), {});
    expect(Select<User>().WhereContains(&User::sign_up_type, ""), {});
    expect(Select<User>().Where(&User::is_active, true).WhereNull(&User::last_login), {"c@x"});
    return {};
  });
}

TEST_P(StoreContract, ContainsIgnoresTheCaseOfAsciiOnly) {
  MustWrite([&](Transaction& tx) {
    User user = MakeUser("ÄRA.Öl@x");
    return Insert(tx, user);
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const int64_t ascii,
                      Count(reader, Select<User>().WhereContains(&User::email, "ra.")));
    EXPECT_EQ(ascii, 1);
    FLAGSTREAM_ASSIGN(const int64_t other,
                      Count(reader, Select<User>().WhereContains(&User::email, "ä")));
    EXPECT_EQ(other, 0);
    return {};
  });
}

TEST_P(StoreContract, OrdersAndPages) {
  MustWrite(InsertFiveUsers);
  MustRead([&](Reader& reader) -> Result<void> {
    const auto emails = [&](const Select<User>& select) { return Emails(reader, select).value(); };
    EXPECT_THAT(emails(Select<User>().OrderBy(&User::email, true)),
                ElementsAre("e@x", "d@x", "c@x", "b@x", "a@x"));
    EXPECT_THAT(emails(Select<User>().OrderBy(&User::last_login)),
                ElementsAre("a@x", "c@x", "e@x", "d@x", "b@x"));
    EXPECT_THAT(emails(Select<User>().OrderBy(&User::last_login, true)),
                ElementsAre("b@x", "d@x", "e@x", "c@x", "a@x"));
    EXPECT_THAT(emails(Select<User>().OrderBy(&User::is_active).OrderBy(&User::email, true)),
                ElementsAre("e@x", "b@x", "a@x", "d@x", "c@x"));
    EXPECT_THAT(emails(Select<User>().Limit(2)), ElementsAre("a@x", "b@x"));
    EXPECT_THAT(emails(Select<User>().Limit(2, 3)), ElementsAre("d@x", "e@x"));
    EXPECT_THAT(emails(Select<User>().Limit(-1, 4)), ElementsAre("e@x"));
    EXPECT_THAT(emails(Select<User>().Limit(2, 9)), IsEmpty());
    EXPECT_THAT(emails(Select<User>().Limit(0)), IsEmpty());
    EXPECT_THAT(emails(Select<User>().OrderBy(&User::email, true).Limit(1, 1)), ElementsAre("d@x"));
    return {};
  });
}

TEST_P(StoreContract, TextIsOrderedByItsBytes) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    for (const char* const email : {"é", "z", "a", "Z", "\xF0\x9F\x98\x80"}) {
      User user = MakeUser(email);
      FLAGSTREAM_TRY(Insert(tx, user));
    }
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto emails, Emails(reader, Select<User>().OrderBy(&User::email)));
    EXPECT_THAT(emails, ElementsAre("Z", "a", "z", "é", "\xF0\x9F\x98\x80"));
    return {};
  });
}

TEST_P(StoreContract, ListsOfManyValues) {
  MustWrite(InsertFiveUsers);
  MustRead([&](Reader& reader) -> Result<void> {
    std::vector<int64_t> ids(kConditionValuesMax);
    for (size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int64_t>(i) + 3;
    FLAGSTREAM_ASSIGN(const int64_t found, Count(reader, Select<User>().WhereIn(&User::id, ids)));
    EXPECT_EQ(found, 3);
    ids.push_back(1);
    const auto refused = Count(reader, Select<User>().WhereIn(&User::id, ids));
    ExpectError(refused, ErrorCode::kTooLarge);
    return {};
  });
}

TEST_P(StoreContract, ATakenKeyIsAConflictAndChangesNothing) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    User first = MakeUser("a@x");
    FLAGSTREAM_TRY(Insert(tx, first));
    User same = MakeUser("a@x");
    const auto inserted = Insert(tx, same);
    ExpectError(inserted, ErrorCode::kConflict);
    User other = MakeUser("b@x");
    FLAGSTREAM_TRY(Insert(tx, other));
    other.email = "a@x";
    const auto updated = Update(tx, other);
    ExpectError(updated, ErrorCode::kConflict);
    return {};  // the work may go on after a refusal
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto emails, Emails(reader, Select<User>()));
    EXPECT_THAT(emails, ElementsAre("a@x", "b@x"));
    return {};
  });
}

TEST_P(StoreContract, AKeyIsFreeAgainAfterDeleteOrChange) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    User user = MakeUser("a@x");
    FLAGSTREAM_TRY(Insert(tx, user));
    user.email = "b@x";
    FLAGSTREAM_TRY(Update(tx, user));
    FLAGSTREAM_TRY(Update(tx, user));  // it may keep its own
    User second = MakeUser("a@x");
    FLAGSTREAM_TRY(Insert(tx, second));
    FLAGSTREAM_TRY(Delete(tx, Select<User>().Where(&User::id, second.id)));
    User third = MakeUser("a@x");
    return Insert(tx, third);
  });
}

TEST_P(StoreContract, InAUniqueKeyNullEqualsNull) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Place place, InsertPlace(tx));
    FLAGSTREAM_ASSIGN(const Feature feature, InsertFeature(tx, place.project.id, "f"));
    FLAGSTREAM_ASSIGN(const Identity identity, InsertIdentity(tx, place.environment.id, "i"));
    const FeatureState by_default = {.environment_id = place.environment.id,
                                     .feature_id = feature.id};
    FeatureState first = by_default;
    FLAGSTREAM_TRY(Insert(tx, first));
    FeatureState second = by_default;
    const auto refused = Insert(tx, second);
    ExpectError(refused, ErrorCode::kConflict);

    FeatureState override_one = by_default;
    override_one.identity_id = identity.id;
    FLAGSTREAM_TRY(Insert(tx, override_one));
    FeatureState override_two = override_one;
    override_two.id = 0;
    const auto refused_too = Insert(tx, override_two);
    ExpectError(refused_too, ErrorCode::kConflict);

    Segment segment = {.project_id = place.project.id, .name = "s"};
    FLAGSTREAM_TRY(Insert(tx, segment));
    FeatureSegment link = {
        .feature_id = feature.id, .segment_id = segment.id, .environment_id = place.environment.id};
    FLAGSTREAM_TRY(Insert(tx, link));
    FeatureState segment_one = by_default;
    segment_one.feature_segment_id = link.id;
    FLAGSTREAM_TRY(Insert(tx, segment_one));
    FeatureState segment_two = segment_one;
    segment_two.id = 0;
    const auto refused_as_well = Insert(tx, segment_two);
    ExpectError(refused_as_well, ErrorCode::kConflict);
    return {};
  });
}

// Identities that were deleted are remembered one by one, until their environment has had two
// stamps, both later; those of other environments stay.
TEST_P(StoreContract, StampsOfDeletedIdentitiesAreLeftBehind) {
  Place one;
  Place other;
  const auto left_behind = [](Reader& reader, const Place& place) {
    return CountDeletedIdentities(reader, {place.environment.id}).value();
  };
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(one, InsertPlace(tx, "one"));
    FLAGSTREAM_ASSIGN(other, InsertPlace(tx, "other"));
    for (const Place& place : {one, one, other}) {
      FLAGSTREAM_ASSIGN(
          Identity identity,
          InsertIdentity(tx, place.environment.id, "i" + std::to_string(left_behind(tx, place))));
      FLAGSTREAM_TRY(StampIdentity(tx, identity));
      FLAGSTREAM_TRY(Update(tx, identity));
      FLAGSTREAM_TRY(DeleteIdentity(tx, identity));
    }
    return {};
  });
  Stamp last;
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(left_behind(reader, one), 2);
    FLAGSTREAM_ASSIGN(const auto found, FindDeletedIdentity(reader, {one.environment.id}, "i1"));
    last = Stamp::FromMicros(found.value().stamp);
    return {};
  });
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const IssuedStamp issued, StampEnvironment(tx, {one.environment.id}));
    EXPECT_GT(issued.stamp, last);
    EXPECT_EQ(left_behind(tx, one), 2);
    FLAGSTREAM_TRY(StampEnvironment(tx, {one.environment.id}));
    EXPECT_EQ(left_behind(tx, one), 0);
    EXPECT_EQ(left_behind(tx, other), 1);
    return {};
  });
}

TEST_P(StoreContract, AReferenceToNothingIsNotFound) {
  EXPECT_EQ(WriteError([&](Transaction& tx) {
              Token token = {.user_id = 99, .key_hash = "h"};
              return Insert(tx, token);
            }),
            ErrorCode::kNotFound);
  EXPECT_EQ(WriteError([&](Transaction& tx) -> Result<void> {
              User user = MakeUser("a@x");
              FLAGSTREAM_TRY(Insert(tx, user));
              Token token = {.user_id = user.id, .key_hash = "h"};
              FLAGSTREAM_TRY(Insert(tx, token));
              token.user_id = 99;
              return Update(tx, token);
            }),
            ErrorCode::kNotFound);
}

TEST_P(StoreContract, DeletingARowTakesWhatRefersToIt) {
  Place kept;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Place gone, InsertPlace(tx, "gone"));
    FLAGSTREAM_ASSIGN(kept, InsertPlace(tx, "kept"));
    for (const Place& place : {gone, kept}) {
      FLAGSTREAM_ASSIGN(const Feature feature, InsertFeature(tx, place.project.id, "f"));
      FLAGSTREAM_ASSIGN(const Identity identity, InsertIdentity(tx, place.environment.id, "i"));
      Trait trait = {.identity_id = identity.id, .trait_key = "t"};
      FLAGSTREAM_TRY(Insert(tx, trait));
      FeatureState state = {.environment_id = place.environment.id, .feature_id = feature.id};
      FLAGSTREAM_TRY(Insert(tx, state));
      AuditLog entry = {.organisation_id = place.organisation.id, .project_id = place.project.id};
      FLAGSTREAM_TRY(Insert(tx, entry));
    }
    FLAGSTREAM_ASSIGN(
        const int64_t count,
        Delete(tx, Select<Organisation>().Where(&Organisation::id, gone.organisation.id)));
    EXPECT_EQ(count, 1);
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(Count(reader, Select<Project>()).value(), 1);
    EXPECT_EQ(Count(reader, Select<Feature>()).value(), 1);
    EXPECT_EQ(Count(reader, Select<FeatureState>()).value(), 1);
    EXPECT_EQ(Count(reader, Select<Identity>()).value(), 1);
    EXPECT_EQ(Count(reader, Select<Trait>()).value(), 1);
    EXPECT_EQ(Count(reader, Select<AuditLog>()).value(), 2);
    FLAGSTREAM_ASSIGN(const std::vector<Environment> left, Find(reader, Select<Environment>()));
    EXPECT_EQ(left.size(), 1U);
    EXPECT_EQ(left.at(0).id, kept.environment.id);
    return {};
  });
}

TEST_P(StoreContract, AnIdIsNeverGivenTwice) {
  int64_t highest = 0;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertFiveUsers(tx));
    User last = MakeUser("z@x");
    FLAGSTREAM_TRY(Insert(tx, last));
    highest = last.id;
    return Delete(tx, Select<User>()) ? Result<void>() : Error::Internal("delete");
  });
  MustWrite([&](Transaction& tx) -> Result<void> {
    User next = MakeUser("a@x");
    FLAGSTREAM_TRY(Insert(tx, next));
    EXPECT_GT(next.id, highest);
    return {};
  });
}

TEST_P(StoreContract, AnIdMayBeChosenAndIsTheHighestThen) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    User chosen = MakeUser("a@x");
    chosen.id = 1000;
    FLAGSTREAM_TRY(Insert(tx, chosen));
    EXPECT_EQ(chosen.id, 1000);
    User next = MakeUser("b@x");
    FLAGSTREAM_TRY(Insert(tx, next));
    EXPECT_EQ(next.id, 1001);
    User taken = MakeUser("c@x");
    taken.id = 1000;
    const auto refused = Insert(tx, taken);
    ExpectError(refused, ErrorCode::kConflict);
    return {};
  });
}

TEST_P(StoreContract, KeepsTextByteForByte) {
  const std::vector<std::string> texts = {"",
                                          std::string("a\0b", 3),
                                          std::string("\0", 1),
                                          "ünïcödé \xF0\x9F\x98\x80",
                                          "'; DROP TABLE x; --",
                                          "\xFF\xFE not UTF-8",
                                          std::string(100'000, 'x')};
  MustWrite([&](Transaction& tx) -> Result<void> {
    for (const std::string& text : texts) {
      User user = MakeUser(text);
      FLAGSTREAM_TRY(Insert(tx, user));
    }
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto emails, Emails(reader, Select<User>()));
    EXPECT_EQ(emails, texts);
    for (const std::string& text : texts) {
      FLAGSTREAM_ASSIGN(const auto same, Emails(reader, Select<User>().Where(&User::email, text)));
      EXPECT_THAT(same, ElementsAre(text));
    }
    FLAGSTREAM_ASSIGN(
        const auto with_nul,
        Emails(reader, Select<User>().WhereContains(&User::email, std::string("\0B", 2))));
    EXPECT_THAT(with_nul, ElementsAre(texts[1]));
    return {};
  });
}

TEST_P(StoreContract, KeepsIntegersToTheirExtremes) {
  const std::vector<int64_t> extremes = {std::numeric_limits<int64_t>::min(), -1, 0,
                                         (int64_t{1} << 53) + 1,
                                         std::numeric_limits<int64_t>::max()};
  MustWrite([&](Transaction& tx) -> Result<void> {
    for (const int64_t extreme : extremes) {
      User user = MakeUser(std::to_string(extreme));
      user.date_joined = extreme;
      FLAGSTREAM_TRY(Insert(tx, user));
    }
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto rows, FindMembers(reader, Select<User>(), &User::date_joined));
    EXPECT_EQ(rows.size(), extremes.size());
    for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(std::get<0>(rows[i]), extremes[i]);
    FLAGSTREAM_ASSIGN(const int64_t above,
                      Count(reader, Select<User>().WhereGreater(&User::date_joined, -1)));
    EXPECT_EQ(above, 3);
    return {};
  });
}

TEST_P(StoreContract, SomeColumnsInAnyOrder) {
  MustWrite(InsertFiveUsers);
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto rows,
                      FindMembers(reader, Select<User>().Where(&User::email, "d@x"),
                                  &User::last_login, &User::email, &User::is_active));
    EXPECT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.at(0), std::make_tuple(std::optional<int64_t>(10), std::string("d@x"), true));
    return {};
  });
}

TEST_P(StoreContract, AFailedWorkIsUndoneAndItsErrorTold) {
  const auto failing = [&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertFiveUsers(tx));
    return Error::InvalidField("name", "no");
  };
  const Result<void> result = WriteAndWait(store(), failing);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code(), ErrorCode::kInvalidArgument);
  EXPECT_THAT(result.error().fields(), ElementsAre(FieldError{"name", "no"}));
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(Count(reader, Select<User>()).value(), 0);
    return {};
  });
}

TEST_P(StoreContract, AReadsErrorIsTold) {
  const Result<void> result = store().Read([](Reader&) { return Error::NotFound("none"); });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message(), "none");
}

TEST_P(StoreContract, AWriteSeesItsOwnChanges) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertFiveUsers(tx));
    EXPECT_EQ(Count(tx, Select<User>()).value(), 5);
    return {};
  });
}

TEST_P(StoreContract, AReadSeesOneMomentWhileAWriteGoesOn) {
  MustWrite(InsertFiveUsers);
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(Count(reader, Select<User>()).value(), 5);
    std::promise<Result<void>> written;
    std::thread([&] {
      store().Write(
          [](Transaction& tx) -> Result<void> {
            User user = MakeUser("new@x");
            FLAGSTREAM_TRY(Insert(tx, user));
            return {};
          },
          [&](Result<void> result) { written.set_value(std::move(result)); });
    }).join();
    EXPECT_TRUE(written.get_future().get().ok());
    EXPECT_EQ(Count(reader, Select<User>()).value(), 5);
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(Count(reader, Select<User>()).value(), 6);
    return {};
  });
}

TEST_P(StoreContract, AReadDoesNotSeeAnUnfinishedWrite) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_TRY(InsertFiveUsers(tx));
    int64_t seen = -1;
    std::thread([&] {
      const Result<void> read = store().Read([&](Reader& reader) -> Result<void> {
        FLAGSTREAM_ASSIGN(seen, Count(reader, Select<User>()));
        return {};
      });
      EXPECT_TRUE(read.ok());
    }).join();
    EXPECT_EQ(seen, 0);
    return {};
  });
}

TEST_P(StoreContract, WhatDoneSaysIsVisibleToTheNextRead) {
  for (int64_t i = 1; i <= 20; ++i) {
    MustWrite([&](Transaction& tx) {
      User user = MakeUser(std::to_string(i));
      return Insert(tx, user);
    });
    MustRead([&](Reader& reader) -> Result<void> {
      EXPECT_EQ(Count(reader, Select<User>()).value(), i);
      return {};
    });
  }
}

TEST_P(StoreContract, OfWritesThatWaitTogetherOnlyTheFailingIsUndone) {
  constexpr int kWrites = 60;
  std::vector<std::promise<Result<void>>> done(kWrites);
  for (int i = 0; i < kWrites; ++i) {
    store().Write(
        [i](Transaction& tx) -> Result<void> {
          User user = MakeUser(std::to_string(i));
          FLAGSTREAM_TRY(Insert(tx, user));
          if (i % 3 == 0) return Error::PermissionDenied();
          return {};
        },
        [&done, i](Result<void> result) {
          done[static_cast<size_t>(i)].set_value(std::move(result));
        });
  }
  for (int i = 0; i < kWrites; ++i) {
    const Result<void> result = done[static_cast<size_t>(i)].get_future().get();
    EXPECT_EQ(result.ok(), i % 3 != 0) << i;
    if (i % 3 == 0) ExpectError(result, ErrorCode::kPermissionDenied);
  }
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const auto emails, Emails(reader, Select<User>()));
    EXPECT_EQ(emails.size(), kWrites - kWrites / 3);
    for (const std::string& email : emails) EXPECT_NE(std::stoi(email) % 3, 0);
    return {};
  });
}

TEST_P(StoreContract, WritesOfOneThreadKeepTheirOrder) {
  if (!GetParam().keeps_order) GTEST_SKIP() << "several threads write";
  std::vector<int> order;
  std::promise<void> all_done;
  for (int i = 0; i < 50; ++i) {
    store().Write(
        [&order, i](Transaction&) -> Result<void> {
          order.push_back(i);
          return {};
        },
        [&, i](const Result<void>&) {
          if (i == 49) all_done.set_value();
        });
  }
  all_done.get_future().wait();
  ASSERT_EQ(order.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST_P(StoreContract, ManyThreadsReadAndWriteAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      int64_t seen = 0;
      for (int i = 0; i < kEach; ++i) {
        const auto wrote = WriteAndWait(store(), [&](Transaction& tx) -> Result<void> {
          FLAGSTREAM_ASSIGN(const int64_t before, Count(tx, Select<User>()));
          User user = MakeUser(std::to_string(t) + "-" + std::to_string(i));
          user.date_joined = before;  // distinct only if writes do not overlap
          return Insert(tx, user);
        });
        const auto read = store().Read([&](Reader& reader) -> Result<void> {
          FLAGSTREAM_ASSIGN(const int64_t now, Count(reader, Select<User>()));
          if (now <= seen) return Error::Internal("went back");
          seen = now;
          return {};
        });
        if (!wrote || !read) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(
        const auto rows,
        FindMembers(reader, Select<User>().OrderBy(&User::date_joined), &User::date_joined));
    EXPECT_EQ(rows.size(), kThreads * kEach);
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(std::get<0>(rows[i]), static_cast<int64_t>(i));
    }
    return {};
  });
}

TEST_P(StoreContract, ManyRows) {
  constexpr int64_t kRows = 5'000;
  MustWrite([&](Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(const Place place, InsertPlace(tx));
    for (int64_t i = 0; i < kRows; ++i) {
      FLAGSTREAM_TRY(InsertIdentity(tx, place.environment.id, std::to_string(i)));
    }
    return {};
  });
  MustRead([&](Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(const std::vector<Identity> all, Find(reader, Select<Identity>()));
    EXPECT_EQ(all.size(), static_cast<size_t>(kRows));
    for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].identifier, std::to_string(i));
    return {};
  });
}

TEST_P(StoreContract, LocksRowsThatAreThere) {
  MustWrite([&](Transaction& tx) -> Result<void> {
    User user = MakeUser("a@x");
    FLAGSTREAM_TRY(Insert(tx, user));
    FLAGSTREAM_TRY(tx.LockRow(TableOf<User>(), user.id, Transaction::Lock::kShared));
    FLAGSTREAM_TRY(tx.LockRow(TableOf<User>(), user.id, Transaction::Lock::kExclusive));
    const auto missing = tx.LockRow(TableOf<User>(), user.id + 1, Transaction::Lock::kShared);
    ExpectError(missing, ErrorCode::kNotFound);
    return {};
  });
}

TEST_P(StoreContract, TellsItsOwnTime) {
  MustRead([&](Reader& reader) -> Result<void> {
    EXPECT_EQ(reader.NowMicros().value(), clock_.NowMicros());
    return {};
  });
  MustWrite([&](Transaction& tx) -> Result<void> {
    EXPECT_EQ(tx.NowMicros().value(), clock_.NowMicros());
    return {};
  });
}

TEST_P(StoreContract, DoneMayWriteAgain) {
  std::promise<Result<void>> second;
  store().Write([](Transaction&) -> Result<void> { return {}; },
                [&](const Result<void>&) {
                  store().Write(
                      [](Transaction& tx) {
                        User user = MakeUser("a@x");
                        return Insert(tx, user);
                      },
                      [&](Result<void> result) { second.set_value(std::move(result)); });
                });
  EXPECT_TRUE(second.get_future().get().ok());
}

TEST_P(StoreContract, WritesThatWaitAtTheEndAreAnswered) {
  constexpr int kWrites = 200;
  std::atomic<int> answered = 0;
  for (int i = 0; i < kWrites; ++i) {
    store().Write([](Transaction&) -> Result<void> { return {}; },
                  [&](const Result<void>& result) {
                    ++answered;
                    if (!result) ExpectError(result, ErrorCode::kUnavailable);
                  });
  }
  home_.reset();
  EXPECT_EQ(answered, kWrites);
}

}  // namespace flagstream::store
