// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/ids.h"
#include "base/thread_role.h"

namespace flagstream::replica {

// What an SDK asks for, as usage tells them apart.
enum class SdkResource : uint8_t { kFlags, kIdentities, kTraits, kEnvironmentDocument };
// How often each was asked for, in that order.
using SdkResourceCounts = std::array<int64_t, 4>;

// How often SDKs asked one shard for what, by environment id, until it is taken to where those of
// all shards are added up. At most as many entries as there are environments. Lives on its shard.
class SdkRequests {
 public:
  using Counts = boost::unordered_flat_map<int64_t, SdkResourceCounts>;

  SdkRequests() = default;
  SdkRequests(const SdkRequests&) = delete;
  SdkRequests& operator=(const SdkRequests&) = delete;

  void Count(EnvironmentId environment, SdkResource resource) {
    role_.AssertHere();
    ++counts_[environment.value][static_cast<size_t>(resource)];
  }
  Counts Take() {
    role_.AssertHere();
    return std::exchange(counts_, {});
  }

 private:
  ThreadRole role_;
  Counts counts_ GUARDED_BY(role_);
};

}  // namespace flagstream::replica
