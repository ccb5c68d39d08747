// SPDX-License-Identifier: Apache-2.0
#include "replica/trait_store.h"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>

#include "base/random.h"
#include "store/environment_loader.h"
#include "store/query.h"
#include "store/records.h"
#include "store/stamping.h"
#include "store/typed_value.h"

namespace flagstream::replica {
namespace {

using Lock = store::Transaction::Lock;
using TraitInputs = std::vector<wire::TraitInput>;

Error TooMany(std::string_view owner, int64_t limit, std::string_view things) {
  return {ErrorCode::kTooLarge, "An " + std::string(owner) + " can have at most " +
                                    std::to_string(limit) + ' ' + std::string(things) + '.'};
}

IdentityData ToIdentityData(store::StoredIdentity stored) {
  IdentityData identity{
      .id = stored.id.value, .stamp = stored.stamp, .base_revision = stored.base_revision};
  identity.traits.reserve(stored.traits.size());
  for (store::StoredTrait& trait : stored.traits) {
    identity.traits.push_back({.id = trait.id, .trait = std::move(trait.trait)});
  }
  return identity;
}

auto FindTrait(const std::vector<wire::TraitOutput>& traits, std::string_view key) {
  return std::ranges::find_if(
      traits, [key](const wire::TraitOutput& trait) { return trait.trait.key == key; });
}

bool Changes(const IdentityData& identity, const wire::TraitInput& trait) {
  const auto stored = FindTrait(identity.traits, trait.key);
  if (stored == identity.traits.end()) return trait.value.has_value();
  return !trait.value || *trait.value != stored->trait.value;
}

// One transaction on one identity.
class TraitTransaction {
 public:
  TraitTransaction(store::Transaction& tx, const IdentityLimits& limits, EnvironmentId environment,
                   const std::string& identifier)
      : tx_(tx), limits_(limits), environment_(environment), identifier_(identifier) {}

  const IdentityData& identity() const { return written_.identity; }

  Result<void> Begin();
  Result<TraitsWritten> Store(const TraitInputs& traits) &&;

 private:
  // The row of the identity, and what is stored of it now.
  Result<void> Read();
  Result<void> Create();
  Result<void> StampIt();
  Result<void> StoreOne(const wire::TraitInput& trait);
  Result<void> Insert(const wire::TraitInput& trait);

  store::Transaction& tx_;
  const IdentityLimits& limits_;
  const EnvironmentId environment_;
  const std::string& identifier_;

  store::Identity row_;
  TraitsWritten written_;
};

// Holds the environment before the identity, the order that all writers keep.
Result<void> TraitTransaction::Begin() {
  FLAGSTREAM_TRY(
      tx_.LockRow(store::TableOf<store::Environment>(), environment_.value, Lock::kShared));
  FLAGSTREAM_TRY(Read());
  if (row_.id == 0) return {};
  FLAGSTREAM_TRY(tx_.LockRow(store::TableOf<store::Identity>(), row_.id, Lock::kExclusive));
  return Read();  // what was read before the lock could be old
}

Result<void> TraitTransaction::Read() {
  FLAGSTREAM_ASSIGN(
      const std::optional<store::Identity> found,
      store::FindOne(tx_, store::Select<store::Identity>()
                              .Where(&store::Identity::environment_id, environment_.value)
                              .Where(&store::Identity::identifier, identifier_)));
  row_ = found.value_or(store::Identity());
  FLAGSTREAM_ASSIGN(written_.identity, ReadIdentity(tx_, environment_, identifier_));
  return {};
}

Result<TraitsWritten> TraitTransaction::Store(const TraitInputs& traits) && {
  const bool changes = ChangesTraits(written_.identity, traits);
  const size_t before = written_.identity.traits.size();
  if (row_.id == 0) FLAGSTREAM_TRY(Create());
  if (changes) FLAGSTREAM_TRY(StampIt());
  for (const wire::TraitInput& trait : traits) FLAGSTREAM_TRY(StoreOne(trait));
  // One that has more since before the limit was lowered may still lose some.
  const size_t after = written_.identity.traits.size();
  if (after > before && after > limits_.traits_per_identity_max) {
    if (limits_.traits_refused != nullptr) limits_.traits_refused->Add();
    return TooMany("identity", static_cast<int64_t>(limits_.traits_per_identity_max), "traits");
  }
  return std::move(written_);
}

Result<void> TraitTransaction::Create() {
  FLAGSTREAM_ASSIGN(const int64_t count,
                    store::Count(tx_, store::Select<store::Identity>().Where(
                                          &store::Identity::environment_id, environment_.value)));
  if (count >= limits_.per_environment_max) {
    if (limits_.identities_refused != nullptr) limits_.identities_refused->Add();
    return TooMany("environment", limits_.per_environment_max, "identities");
  }
  FLAGSTREAM_ASSIGN(row_.created_date, tx_.NowMicros());
  row_.uuid = NewUuid();
  row_.environment_id = environment_.value;
  row_.identifier = identifier_;
  FLAGSTREAM_TRY(store::InsertIdentity(tx_, row_));
  written_.created = true;
  written_.identity.id = row_.id;
  return {};
}

Result<void> TraitTransaction::StampIt() {
  FLAGSTREAM_ASSIGN(written_.issued, store::StampIdentity(tx_, row_));
  FLAGSTREAM_TRY(store::Update(tx_, row_));
  written_.identity.stamp = written_.issued->stamp;
  written_.identity.base_revision = written_.issued->revision;
  return {};
}

Result<void> TraitTransaction::StoreOne(const wire::TraitInput& trait) {
  std::vector<wire::TraitOutput>& traits = written_.identity.traits;
  const auto stored = traits.begin() + (FindTrait(traits, trait.key) - traits.cbegin());
  if (stored == traits.end()) return trait.value ? Insert(trait) : Result<void>();
  const store::Select<store::Trait> row =
      store::Select<store::Trait>().Where(&store::Trait::id, stored->id);
  if (!trait.value) {
    FLAGSTREAM_TRY(store::Delete(tx_, row));
    traits.erase(stored);
    return {};
  }
  if (stored->trait.value == *trait.value) return {};
  FLAGSTREAM_ASSIGN(std::optional<store::Trait> record, store::FindOne(tx_, row));
  if (!record) return Error(ErrorCode::kCorrupt, "a trait went away while its identity was held");
  store::TraitColumns columns = store::ToColumns(*trait.value);
  record->value_type = std::move(columns.value_type);
  record->value = std::move(columns.value);
  FLAGSTREAM_TRY(store::Update(tx_, *record));
  stored->trait.value = *trait.value;
  return {};
}

Result<void> TraitTransaction::Insert(const wire::TraitInput& trait) {
  store::TraitColumns columns = store::ToColumns(*trait.value);
  store::Trait record{.identity_id = row_.id,
                      .trait_key = trait.key,
                      .value_type = std::move(columns.value_type),
                      .value = std::move(columns.value)};
  FLAGSTREAM_ASSIGN(record.created_date, tx_.NowMicros());
  FLAGSTREAM_TRY(store::Insert(tx_, record));
  written_.identity.traits.push_back({.id = record.id, .trait = {trait.key, *trait.value}});
  return {};
}

Result<int64_t> Sum(const IdentityData& identity, const wire::TraitIncrement& increment) {
  const auto stored = FindTrait(identity.traits, increment.key);
  if (stored == identity.traits.end()) return increment.by;
  const auto* held = std::get_if<int64_t>(&stored->trait.value);
  int64_t sum = 0;
  if (held == nullptr || __builtin_add_overflow(*held, increment.by, &sum)) {
    return Error::InvalidField("trait_value", "Trait value must be an integer of 64 bits.");
  }
  return sum;
}

}  // namespace

Result<IdentityData> ReadIdentity(store::Reader& reader, EnvironmentId environment,
                                  const std::string& identifier) {
  FLAGSTREAM_ASSIGN(std::optional<store::StoredIdentity> stored,
                    store::LoadIdentity(reader, environment, identifier));
  if (stored) return ToIdentityData(*std::move(stored));
  FLAGSTREAM_ASSIGN(const std::optional<store::DeletedIdentity> deleted,
                    store::FindDeletedIdentity(reader, environment, identifier));
  if (!deleted) return IdentityData();
  return IdentityData{.stamp = Stamp::FromMicros(deleted->stamp),
                      .base_revision = deleted->base_revision};
}

bool ChangesTraits(const IdentityData& identity, const TraitInputs& traits) {
  return std::ranges::any_of(
      traits, [&](const wire::TraitInput& trait) { return Changes(identity, trait); });
}

Result<TraitsWritten> StoreTraits(store::Transaction& tx, const IdentityLimits& limits,
                                  EnvironmentId environment, const std::string& identifier,
                                  const TraitInputs& traits) {
  TraitTransaction transaction(tx, limits, environment, identifier);
  FLAGSTREAM_TRY(transaction.Begin());
  return std::move(transaction).Store(traits);
}

Result<TraitsWritten> StoreTraitIncrement(store::Transaction& tx, const IdentityLimits& limits,
                                          EnvironmentId environment,
                                          const wire::TraitIncrement& increment) {
  TraitTransaction transaction(tx, limits, environment, increment.identifier);
  FLAGSTREAM_TRY(transaction.Begin());
  FLAGSTREAM_ASSIGN(const int64_t sum, Sum(transaction.identity(), increment));
  return std::move(transaction).Store({{.key = increment.key, .value = sum}});
}

}  // namespace flagstream::replica
