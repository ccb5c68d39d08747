// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/ids.h"
#include "replica/served_environment.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// Whose request it is.
struct KeyMatch {
  ServedEnvironmentPtr environment;  // null: the key opens nothing
  wire::KeyKind kind = wire::KeyKind::kClient;
};

// The environments of a shard, by id and by each of their keys. Not thread-safe.
class EnvironmentIndex {
 public:
  // Null environment if the key is unknown, inactive, or expired by `clock`.
  KeyMatch Find(std::string_view key, const Clock& clock) const;
  // Null if there is none.
  ServedEnvironmentPtr FindById(EnvironmentId environment) const;
  size_t size() const { return environments_.size(); }

  // Takes it if it is new or of a higher revision than the one held; returns whether it did.
  bool Apply(ServedEnvironmentPtr served);
  void Remove(EnvironmentId environment);

 private:
  struct Entry {
    ServedEnvironmentPtr environment;
    wire::KeyKind kind;
    std::optional<int64_t> expires_micros;
  };
  // Finds by string_view, so that a look-up allocates nothing.
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  void AddKeys(const ServedEnvironmentPtr& served);
  void DropKeys(const ServedEnvironment& served);

  std::unordered_map<std::string, Entry, KeyHash, std::equal_to<>> keys_;
  std::unordered_map<EnvironmentId, ServedEnvironmentPtr> environments_;
};

}  // namespace flagstream::replica
