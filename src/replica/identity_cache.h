// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "replica/identity.h"

namespace flagstream::replica {

// Names an identity without owning its text.
struct IdentityKey {
  EnvironmentId environment;
  std::string_view identifier;

  bool operator==(const IdentityKey&) const = default;
};

struct IdentityKeyHash {
  size_t operator()(const IdentityKey& key) const {
    return std::hash<std::string_view>()(key.identifier) ^
           (std::hash<EnvironmentId>()(key.environment) * 0x9E3779B97F4A7C15U);
  }
};

struct IdentityCacheLimits {
  size_t entries_max = 100'000;               // 0: nothing is cached
  size_t bytes_max = 32 * size_t{1'048'576};  // an estimate of what the entries take
};

// Identities that were read lately. Over a limit the least recently used go. Not thread-safe.
class IdentityCache {
 public:
  explicit IdentityCache(IdentityCacheLimits limits) : limits_(limits) {}

  // Null if it is not held; else it becomes the most recently used.
  IdentityPtr Find(const IdentityKey& key);
  // Replaces one that is held. One that is larger than the limit is not taken.
  void Put(const IdentityKey& key, IdentityPtr identity);
  // Whether it was held.
  bool Erase(const IdentityKey& key);

  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    EnvironmentId environment;
    std::string identifier;
    IdentityPtr identity;
    size_t bytes;
  };
  using Entries = std::list<Entry>;  // most recently used first

  void EraseEntry(Entries::iterator entry);

  const IdentityCacheLimits limits_;
  Entries entries_;
  std::unordered_map<IdentityKey, Entries::iterator, IdentityKeyHash> by_key_;  // keys borrow
  size_t bytes_ = 0;
};

}  // namespace flagstream::replica
