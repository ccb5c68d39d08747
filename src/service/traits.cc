// SPDX-License-Identifier: Apache-2.0
#include "service/traits.h"

#include <optional>
#include <set>
#include <utility>

#include "service/access.h"
#include "service/limits.h"
#include "service/writing.h"
#include "store/query.h"
#include "store/typed_value.h"
#include "wire/utf8.h"

namespace flagstream::service {
namespace {

using auth::EnvironmentPermission;
using store::Environment;
using store::Identity;
using store::Select;
using store::Trait;

// Identities looked at in one step of a pass over an environment.
constexpr int64_t kIdentitiesPerRead = 1'000;
constexpr int64_t kIdentitiesPerWrite = 100;

Result<TraitView> View(Trait trait) {
  FLAGSTREAM_ASSIGN(flags::TraitValue value, store::ReadTraitValue(trait.value_type, trait.value));
  return TraitView{trait.id, std::move(trait.trait_key), std::move(value), trait.created_date};
}

Result<Trait> FindTrait(store::Reader& reader, IdentityId identity, int64_t id) {
  FLAGSTREAM_ASSIGN(std::optional<Trait> trait, store::Get<Trait>(reader, id));
  if (!trait || trait->identity_id != identity.value) return NoMatch("Trait");
  return *std::move(trait);
}

std::string TooLong(size_t length_max) {
  return "Ensure this field has no more than " + std::to_string(length_max) + " characters.";
}

Result<void> Validate(const TraitInput& input) {
  std::vector<FieldError> errors;
  if (input.key && input.key->empty())
    errors.push_back({"trait_key", "This field may not be blank."});
  if (input.key && wire::CountCodePoints(*input.key) > kTraitKeyLengthMax) {
    errors.push_back({"trait_key", TooLong(kTraitKeyLengthMax)});
  }
  const std::string* text = input.value ? std::get_if<std::string>(&*input.value) : nullptr;
  if (text != nullptr && wire::CountCodePoints(*text) > kTraitValueLengthMax) {
    errors.push_back({"string_value", TooLong(kTraitValueLengthMax)});
  }
  if (!errors.empty()) return Error::InvalidFields(std::move(errors));
  return {};
}

// Returns whether anything differs now.
bool Apply(Trait& trait, const TraitInput& input) {
  ChangeList changes;
  changes.Set("trait_key", trait.trait_key, input.key);
  if (input.value) {
    store::TraitColumns columns = store::ToColumns(*input.value);
    changes.Set("value_type", trait.value_type, Given<std::string>(std::move(columns.value_type)));
    changes.Set("value", trait.value, Given<std::string>(std::move(columns.value)));
  }
  return !changes.empty();
}

Result<void> CheckKey(store::Reader& reader, const Trait& trait) {
  FLAGSTREAM_ASSIGN(const std::optional<Trait> other,
                    store::FindOne(reader, Select<Trait>()
                                               .Where(&Trait::identity_id, trait.identity_id)
                                               .Where(&Trait::trait_key, trait.trait_key)));
  if (!other || other->id == trait.id) return {};
  return Error::InvalidField("", "The fields trait_key, identity must make a unique set.");
}

Result<void> CheckRoom(Writing& writing, IdentityId identity, int64_t traits_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Trait>().Where(&Trait::identity_id, identity.value)));
  if (count < traits_max) return {};
  return writing.Refuse(
      Limit::kTraitsPerIdentity,
      Error(ErrorCode::kTooLarge, "The identity has the largest number of traits allowed."));
}

// The identity, held, in an environment that others may share.
Result<Identity> OpenHeld(Writing& writing, const auth::Principal& caller,
                          const std::string& environment, IdentityId id) {
  FLAGSTREAM_ASSIGN(const IdentityAccess access,
                    OpenIdentity(writing.tx(), caller, environment, id,
                                 EnvironmentPermission::kManageIdentities));
  FLAGSTREAM_TRY(writing.HoldShared<Environment>(access.environment.id));
  return writing.Hold<Identity>(id.value);
}

// The next identities of an environment, by id.
Result<std::vector<int64_t>> NextIdentities(store::Reader& reader, int64_t environment,
                                            int64_t after, int64_t count_max) {
  FLAGSTREAM_ASSIGN(const auto rows,
                    store::FindMembers(reader,
                                       Select<Identity>()
                                           .Where(&Identity::environment_id, environment)
                                           .WhereGreater(&Identity::id, after)
                                           .OrderBy(&Identity::id)
                                           .Limit(count_max),
                                       &Identity::id));
  std::vector<int64_t> ids;
  ids.reserve(rows.size());
  for (const auto& [id] : rows) ids.push_back(id);
  return ids;
}

Result<void> DeleteTrait(Writing& writing, const Trait& trait) {
  FLAGSTREAM_ASSIGN(Identity identity, writing.Hold<Identity>(trait.identity_id));
  FLAGSTREAM_ASSIGN(const int64_t deleted,
                    store::Delete(writing.tx(), Select<Trait>().Where(&Trait::id, trait.id)));
  if (deleted == 0) return {};
  return writing.StampIdentity(identity);
}

// Takes the trait from the identities after `after`, of which it looks at a bounded number. Returns
// the last of them; unset: no more.
Result<std::optional<int64_t>> DeleteKeyFromSome(Writing& writing, int64_t environment,
                                                 const std::string& key, int64_t after) {
  FLAGSTREAM_TRY(writing.HoldShared<Environment>(environment));
  FLAGSTREAM_ASSIGN(const std::vector<int64_t> ids,
                    NextIdentities(writing.tx(), environment, after, kIdentitiesPerWrite));
  FLAGSTREAM_ASSIGN(const std::vector<Trait> traits,
                    store::Find(writing.tx(), Select<Trait>()
                                                  .Where(&Trait::trait_key, key)
                                                  .WhereIn(&Trait::identity_id, ids)
                                                  .OrderBy(&Trait::identity_id)));
  for (const Trait& trait : traits) FLAGSTREAM_TRY(DeleteTrait(writing, trait));
  if (std::ssize(ids) < kIdentitiesPerWrite) return std::optional<int64_t>();
  return std::optional(ids.back());
}

}  // namespace

Result<PageOf<TraitView>> Traits::List(const auth::Principal& caller,
                                       const std::string& environment, IdentityId identity,
                                       const Page& page) {
  using Views = PageOf<TraitView>;
  return Read<Views>(context_, [&](store::Reader& reader) -> Result<Views> {
    FLAGSTREAM_TRY(OpenIdentity(reader, caller, environment, identity,
                                EnvironmentPermission::kViewIdentities));
    FLAGSTREAM_ASSIGN(
        PageOf<Trait> traits,
        FindPage(reader, Select<Trait>().Where(&Trait::identity_id, identity.value), page));
    Views views{{}, traits.count};
    for (Trait& trait : traits.items) {
      FLAGSTREAM_ASSIGN(TraitView view, View(std::move(trait)));
      views.items.push_back(std::move(view));
    }
    return views;
  });
}

Result<TraitView> Traits::Get(const auth::Principal& caller, const std::string& environment,
                              IdentityId identity, int64_t id) {
  return Read<TraitView>(context_, [&](store::Reader& reader) -> Result<TraitView> {
    FLAGSTREAM_TRY(OpenIdentity(reader, caller, environment, identity,
                                EnvironmentPermission::kViewIdentities));
    FLAGSTREAM_ASSIGN(Trait trait, FindTrait(reader, identity, id));
    return View(std::move(trait));
  });
}

Result<std::vector<std::string>> Traits::Keys(const auth::Principal& caller,
                                              const std::string& environment) {
  using List = std::vector<std::string>;
  return Read<List>(context_, [&](store::Reader& reader) -> Result<List> {
    FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                      OpenEnvironment(reader, caller, environment, EnvironmentPermission::kView));
    std::set<std::string> keys;
    int64_t last = 0;
    while (true) {
      FLAGSTREAM_ASSIGN(const std::vector<int64_t> ids,
                        NextIdentities(reader, access.environment.id, last, kIdentitiesPerRead));
      if (ids.empty()) return List(keys.begin(), keys.end());
      last = ids.back();
      FLAGSTREAM_ASSIGN(
          const auto rows,
          store::FindMembers(reader, Select<Trait>().WhereIn(&Trait::identity_id, ids),
                             &Trait::trait_key));
      for (const auto& [key] : rows) keys.insert(key);
    }
  });
}

Result<Written<TraitView>> Traits::Create(const auth::Principal& caller,
                                          const std::string& environment, IdentityId identity,
                                          const TraitInput& input) {
  FLAGSTREAM_TRY(Validate(input));
  return Write<TraitView>(context_, &caller, [&](Writing& writing) -> Result<TraitView> {
    FLAGSTREAM_ASSIGN(Identity held, OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_TRY(CheckRoom(writing, identity, context_.limits.traits_per_identity_max));
    Trait trait;
    trait.identity_id = identity.value;
    trait.created_date = writing.now();
    Apply(trait, input);
    FLAGSTREAM_TRY(CheckKey(writing.tx(), trait));
    FLAGSTREAM_TRY(store::Insert(writing.tx(), trait));
    FLAGSTREAM_TRY(writing.StampIdentity(held));
    return View(std::move(trait));
  });
}

Result<Written<TraitView>> Traits::Update(const auth::Principal& caller,
                                          const std::string& environment, IdentityId identity,
                                          int64_t id, const TraitInput& input) {
  FLAGSTREAM_TRY(Validate(input));
  return Write<TraitView>(context_, &caller, [&](Writing& writing) -> Result<TraitView> {
    FLAGSTREAM_ASSIGN(Identity held, OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_ASSIGN(Trait trait, FindTrait(writing.tx(), identity, id));
    if (!Apply(trait, input)) return View(std::move(trait));
    FLAGSTREAM_TRY(CheckKey(writing.tx(), trait));
    FLAGSTREAM_TRY(store::Update(writing.tx(), trait));
    FLAGSTREAM_TRY(writing.StampIdentity(held));
    return View(std::move(trait));
  });
}

Result<Written<Done>> Traits::Delete(const auth::Principal& caller, const std::string& environment,
                                     IdentityId identity, int64_t id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(OpenHeld(writing, caller, environment, identity));
    FLAGSTREAM_ASSIGN(const Trait trait, FindTrait(writing.tx(), identity, id));
    FLAGSTREAM_TRY(DeleteTrait(writing, trait));
    return Done{};
  });
}

Result<Written<Done>> Traits::DeleteKey(const auth::Principal& caller,
                                        const std::string& environment, const std::string& key) {
  Written<Done> all;
  std::optional<int64_t> last = 0;
  while (last) {
    auto some = Write<std::optional<int64_t>>(
        context_, &caller, [&](Writing& writing) -> Result<std::optional<int64_t>> {
          FLAGSTREAM_ASSIGN(const EnvironmentAccess access,
                            OpenEnvironment(writing.tx(), caller, environment,
                                            EnvironmentPermission::kManageIdentities));
          return DeleteKeyFromSome(writing, access.environment.id, key, *last);
        });
    if (!some) return some.error();
    last = some->value;
    all.changes.insert(all.changes.end(), std::make_move_iterator(some->changes.begin()),
                       std::make_move_iterator(some->changes.end()));
  }
  return all;
}

}  // namespace flagstream::service
