// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "service/transfer/flagsmith_objects.h"

namespace flagstream::service {

// A feature state of a dump with what it is the state of. Flagsmith keeps drafts, scheduled and
// superseded states in the same table.
struct FlagsmithState {
  const FlagsmithObject* object = nullptr;
  int64_t environment = 0;
  int64_t feature = 0;
  std::optional<int64_t> segment;
  std::optional<int64_t> identity;
  int64_t link = 0;  // the feature segment; 0: none
};

// Picks the live state of each default, segment override and identity override from `states`. In an
// environment of `versioned`, the states of a feature but for those of identities belong to
// versions, of which the published one that came last is live. Others are told to `left_out`, but
// for superseded ones, which nobody misses.
class FlagsmithLive {
 public:
  FlagsmithLive(const FlagsmithObjects& objects, std::vector<int64_t> versioned, int64_t now_micros,
                std::vector<LeftOut>& left_out)
      : objects_(objects),
        versioned_(std::move(versioned)),
        now_(now_micros),
        left_out_(left_out) {}

  Result<std::vector<FlagsmithState>> Pick(const std::vector<FlagsmithState>& states);
  // Features, of which it is a guess which version is live: the dump does not name its versions.
  int64_t guesses() const { return guesses_; }

 private:
  struct Rank;
  struct Version {
    std::string key;
    int64_t live_from = 0;
  };

  Result<std::optional<Rank>> RankOf(const FlagsmithState& state);
  Result<void> FindVersions();
  Result<void> GuessVersions(const std::vector<FlagsmithState>& states);
  bool IsVersioned(const FlagsmithState& state) const;

  const FlagsmithObjects& objects_;
  const std::vector<int64_t> versioned_;
  const int64_t now_;
  std::vector<LeftOut>& left_out_;
  // The live version by environment and feature.
  std::map<std::pair<int64_t, int64_t>, Version> live_;
  int64_t guesses_ = 0;
};

// A time of the dump, unset if it is null or missing.
Result<std::optional<int64_t>> TimeIfAny(const wire::JsonPlace& fields, std::string_view name);

}  // namespace flagstream::service
