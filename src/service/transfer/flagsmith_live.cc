// SPDX-License-Identifier: Apache-2.0
#include "service/transfer/flagsmith_live.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "wire/time.h"

namespace flagstream::service {
namespace {

using wire::JsonPlace;

constexpr const char* kVersions = "feature_versioning.environmentfeatureversion";
constexpr std::string_view kVersionField = "environment_feature_version";

std::string VersionKeyOf(const FlagsmithState& state) {
  const auto reference = state.object->fields.MemberIfAny(kVersionField);
  return reference ? KeyOf(*reference) : std::string();
}

auto PlaceOf(const FlagsmithState& state) {
  return std::tuple(state.environment, state.feature, state.segment, state.identity);
}

}  // namespace

// The later wins.
struct FlagsmithLive::Rank {
  int64_t live_from = 0;
  int64_t version = 0;
  int64_t id = 0;

  auto operator<=>(const Rank&) const = default;
};

Result<std::optional<int64_t>> TimeIfAny(const JsonPlace& fields, std::string_view name) {
  const auto member = fields.MemberIfAny(name);
  if (!member) return std::optional<int64_t>();
  FLAGSTREAM_ASSIGN(const std::string text, member->Text());
  const Result<int64_t> time = wire::ParseIsoTime(text);
  if (!time) return member->Wrong("must be a time as 2026-05-01T09:30:00Z");
  return std::optional<int64_t>(*time);
}

bool FlagsmithLive::IsVersioned(const FlagsmithState& state) const {
  return !state.identity && std::ranges::find(versioned_, state.environment) != versioned_.end();
}

Result<std::vector<FlagsmithState>> FlagsmithLive::Pick(const std::vector<FlagsmithState>& states) {
  FLAGSTREAM_TRY(FindVersions());
  FLAGSTREAM_TRY(GuessVersions(states));
  std::map<decltype(PlaceOf(states.front())), std::pair<Rank, const FlagsmithState*>> best;
  for (const FlagsmithState& state : states) {
    FLAGSTREAM_ASSIGN(const std::optional<Rank> rank, RankOf(state));
    if (!rank) continue;
    auto& [best_rank, best_state] = best[PlaceOf(state)];
    if (best_state != nullptr && *rank < best_rank) continue;
    best_rank = *rank;
    best_state = &state;
  }
  std::vector<FlagsmithState> picked;
  picked.reserve(best.size());
  for (const auto& [place, ranked] : best) picked.push_back(*ranked.second);
  return picked;
}

// Nothing if it is not live.
Result<std::optional<FlagsmithLive::Rank>> FlagsmithLive::RankOf(const FlagsmithState& state) {
  const JsonPlace& fields = state.object->fields;
  FLAGSTREAM_ASSIGN(const auto live_from, TimeIfAny(fields, "live_from"));
  FLAGSTREAM_ASSIGN(const auto version, fields.IntegerIfAny("version"));
  const Rank rank = {live_from.value_or(0), version.value_or(0), state.object->id};
  if (IsVersioned(state)) {
    const auto live = live_.find({state.environment, state.feature});
    const bool is_live = live != live_.end() && live->second.key == VersionKeyOf(state);
    return is_live ? std::optional(rank) : std::nullopt;
  }
  if (!version || !live_from) {
    left_out_.push_back({state.object->Name(), "it is a draft"});
    return std::optional<Rank>();
  }
  if (*live_from > now_) {
    left_out_.push_back({state.object->Name(), "it is scheduled for later"});
    return std::optional<Rank>();
  }
  return std::optional(rank);
}

Result<void> FlagsmithLive::FindVersions() {
  for (const FlagsmithObject& object : objects_.Of(kVersions)) {
    const auto environment = objects_.Find(object, "environment", "environments.environment");
    const auto feature = objects_.Find(object, "feature", "features.feature");
    FLAGSTREAM_ASSIGN(const auto published, TimeIfAny(object.fields, "published_at"));
    FLAGSTREAM_ASSIGN(const auto live_from, TimeIfAny(object.fields, "live_from"));
    if (!environment || !feature || !published || !live_from || *live_from > now_) continue;
    if (object.keys.empty()) continue;
    Version& best = live_[{*environment, *feature}];
    if (best.key.empty() || *live_from >= best.live_from) best = {object.keys.front(), *live_from};
  }
  return {};
}

// Flagsmith's own export leaves out what a version is called. Then the version whose states were
// made last is taken.
Result<void> FlagsmithLive::GuessVersions(const std::vector<FlagsmithState>& states) {
  std::map<std::pair<int64_t, int64_t>, Version> guessed;
  for (const FlagsmithState& state : states) {
    const std::pair place(state.environment, state.feature);
    if (!IsVersioned(state) || live_.contains(place)) continue;
    const std::string key = VersionKeyOf(state);
    if (key.empty()) continue;
    FLAGSTREAM_ASSIGN(const auto live_from, TimeIfAny(state.object->fields, "live_from"));
    FLAGSTREAM_ASSIGN(const auto created, TimeIfAny(state.object->fields, "created_at"));
    const int64_t time = live_from.value_or(created.value_or(0));
    if (time > now_) continue;
    Version& best = guessed[place];
    if (best.key.empty() || time >= best.live_from) best = {key, time};
  }
  guesses_ = static_cast<int64_t>(guessed.size());
  live_.merge(guessed);
  return {};
}

}  // namespace flagstream::service
