// SPDX-License-Identifier: Apache-2.0
#include "replica/identity_reader.h"

#include <optional>
#include <utility>

#include "replica/trait_store.h"

namespace flagstream::replica {
namespace {

Result<IdentityPtr> ReadFrom(store::Store& store, EnvironmentId environment,
                             const std::string& identifier) {
  std::optional<IdentityData> found;
  FLAGSTREAM_TRY(store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(found, ReadIdentity(reader, environment, identifier));
    return {};
  }));
  return std::make_shared<const IdentityData>(*std::move(found));
}

}  // namespace

IdentityReader::IdentityReader(IdentityCacheLimits limits, store::Store& store, Workers workers,
                               Executor& shard, Outstanding& outstanding,
                               IdentityReaderMetrics metrics)
    : limits_(limits),
      store_(store),
      workers_(std::move(workers)),
      shard_(shard),
      outstanding_(outstanding),
      metrics_(metrics),
      cache_(limits) {}

IdentityPtr IdentityReader::FindCached(const IdentityKey& key) {
  IdentityPtr cached = cache_.Find(key);
  (cached ? metrics_.hits : metrics_.misses).Add();
  return cached;
}

void IdentityReader::Load(const IdentityKey& key, IdentityThen then) {
  if (IdentityPtr cached = FindCached(key)) {
    then(std::move(cached));
    return;
  }
  const auto under_way = flights_.find(key);
  if (under_way != flights_.end()) {
    under_way->second->waiting.push_back(std::move(then));
    return;
  }
  auto flight = std::make_shared<Flight>();
  flight->environment = key.environment;
  flight->identifier = std::string(key.identifier);
  flight->waiting.push_back(std::move(then));
  // Without a cache another node may write what nobody here is told of: everyone reads for himself.
  if (limits_.entries_max > 0) flights_.emplace(flight->key(), flight);
  Start(std::move(flight));
}

void IdentityReader::Forget(const IdentityKey& key) {
  cache_.Erase(key);
  flights_.erase(key);
  ShowSize();
}

void IdentityReader::ForgetUnless(const IdentityKey& key, const IdentityVersion& version) {
  const IdentityPtr cached = cache_.Find(key);
  if (cached && VersionOf(*cached) == version) {
    flights_.erase(key);
  } else {
    Forget(key);
  }
}

void IdentityReader::Start(FlightPtr flight) {
  Task read = [this, flight, token = Outstanding::Token(outstanding_)] {
    Result<IdentityPtr> result = ReadFrom(store_, flight->environment, flight->identifier);
    shard_.Post([this, flight, result = std::move(result)] { Land(flight, result); });
  };
  if (!workers_(std::move(read))) {
    Land(flight, Error::Unavailable("too many identities are being read"));
  }
}

void IdentityReader::Land(const FlightPtr& flight, const Result<IdentityPtr>& result) {
  const auto under_way = flights_.find(flight->key());
  if (under_way != flights_.end() && under_way->second == flight) {
    flights_.erase(under_way);
    if (result) cache_.Put(flight->key(), *result);
    ShowSize();
  }
  for (IdentityThen& then : std::exchange(flight->waiting, {})) then(result);
}

void IdentityReader::ShowSize() {
  metrics_.entries.Set(static_cast<int64_t>(cache_.size()));
  metrics_.bytes.Set(static_cast<int64_t>(cache_.bytes()));
}

}  // namespace flagstream::replica
