// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flags/environment.h"
#include "flags/evaluation.h"
#include "flags/value.h"

// The JSON that SDKs send and receive; the only place that knows it. Parsers answer
// kInvalidArgument with the field paths and sentences of the reference.
namespace flagstream::wire {

enum class KeyKind { kClient, kServer };

// What is accepted of one request. Text is counted in Unicode code points.
inline constexpr size_t kIdentifierCharactersMax = 2'000;
inline constexpr size_t kTraitKeyCharactersMax = 200;
inline constexpr size_t kTraitValueCharactersMax = 2'000;
inline constexpr size_t kTraitsPerRequestMax = 1'000;
inline constexpr size_t kBulkIdentitiesMax = 100;
inline constexpr size_t kFeatureCountsMax = 10'000;

// ---- Requests

// One trait of a request: unset value = delete it.
struct TraitInput {
  std::string key;
  std::optional<flags::TraitValue> value;
  bool transient = false;

  bool operator==(const TraitInput&) const = default;
};

struct IdentityRequest {
  std::string identifier;  // empty: anonymous
  bool transient = false;
  std::vector<TraitInput> traits;  // in request order, of equal keys only the last

  bool operator==(const IdentityRequest&) const = default;
};

// Body of POST identities/: all variants that SDKs send.
Result<IdentityRequest> ParseIdentityRequest(std::string_view body);
// Body of POST bulk-identities/.
Result<std::vector<IdentityRequest>> ParseBulkIdentities(std::string_view body);
// The identifier of a query string or path; never empty.
Result<std::string> ParseIdentifier(std::string_view text);

struct TraitRequest {
  std::string identifier;
  TraitInput trait;

  bool operator==(const TraitRequest&) const = default;
};

// Body of POST traits/, and an element of PUT traits/bulk/.
Result<TraitRequest> ParseTraitRequest(std::string_view body);
Result<std::vector<TraitRequest>> ParseTraitBulkRequest(std::string_view body);
// Body of POST identities/<identifier>/traits/<key>, whose path has the rest.
Result<TraitInput> ParseTraitValueRequest(std::string_view trait_key, std::string_view body);

struct TraitIncrement {
  std::string identifier;
  std::string key;
  int64_t by = 0;

  bool operator==(const TraitIncrement&) const = default;
};
// Body of POST traits/increment-value/.
Result<TraitIncrement> ParseTraitIncrement(std::string_view body);

struct FeatureCount {
  std::string feature_name;
  int64_t count = 0;

  bool operator==(const FeatureCount&) const = default;
};
// Body of POST analytics/flags/: counts that are no positive integers are left out, as the
// reference does, and so is what is beyond the limit.
Result<std::vector<FeatureCount>> ParseAnalytics(std::string_view body);
// Body of POST /api/v2/analytics/flags/.
Result<std::vector<FeatureCount>> ParseAnalyticsV2(std::string_view body);

// ---- Answers that are equal for all who ask

// The array of GET flags/ for one kind of key: visible features in the order of their ids.
std::string EncodeFlags(const flags::Environment& environment, KeyKind kind);
// GET flags/?feature=: nothing if there is no such visible feature.
std::optional<std::string> EncodeFlag(const flags::Environment& environment, KeyKind kind,
                                      std::string_view feature_name);
// GET flags/{id}/multivariate-options/: nothing if there is no such visible feature.
std::optional<std::string> EncodeVariants(const flags::Environment& environment, KeyKind kind,
                                          FeatureId feature);
// GET environment-document/.
std::string EncodeEnvironmentDocument(const flags::Environment& environment);

// ---- Answers for one identity

// A trait of an answer. `id` 0: not stored, sent as null.
struct TraitOutput {
  int64_t id = 0;
  flags::Trait trait;
  bool transient = false;

  bool operator==(const TraitOutput&) const = default;
};

// Writes what one identity is answered. What is equal for all identities is encoded once, when this
// is made. Borrows the environment, which every evaluation given to it must come from. Immutable.
class IdentityEncoder {
 public:
  explicit IdentityEncoder(const flags::Environment& environment);

  // GET and POST identities/: visible flags in the order of their feature ids, the traits as given,
  // and the identifier echoed.
  std::string EncodeIdentity(KeyKind kind, std::string_view identifier,
                             const flags::IdentityFlags& evaluation,
                             const std::vector<TraitOutput>& traits) const;
  // identities/?feature=: nothing if there is no such visible feature.
  std::optional<std::string> EncodeIdentityFlag(KeyKind kind,
                                                const flags::IdentityFlags& evaluation,
                                                std::string_view feature_name) const;
  // GET flags/<identifier>, of old releases.
  std::string EncodeIdentityFlags(KeyKind kind, const flags::IdentityFlags& evaluation) const;
  // GET identities/<identifier>/, of old releases. `segments` are those that the identity is in.
  std::string EncodeIdentityWithSegments(KeyKind kind, const flags::IdentityFlags& evaluation,
                                         const std::vector<TraitOutput>& traits,
                                         const std::vector<const flags::Segment*>& segments) const;

 private:
  bool ShowsFlag(KeyKind kind, const flags::IdentityFlag& flag) const;
  void AppendFlag(std::string& out, const flags::IdentityFlag& flag) const;
  void AppendFlags(std::string& out, KeyKind kind, const flags::IdentityFlags& evaluation) const;
  void AppendTraits(std::string& out, const std::vector<TraitOutput>& traits) const;
  void AppendSegments(std::string& out, const std::vector<const flags::Segment*>& segments) const;

  const flags::Environment& environment_;
  std::vector<std::string> feature_texts_;  // the member `feature` of each feature
  size_t flags_bytes_ = 0;                  // about what they take in an answer
};

// ---- Answers to trait writes

// POST traits/: what was asked for.
std::string EncodeTraitAnswer(const TraitRequest& request);
// PUT traits/bulk/: those that were not deleted.
std::string EncodeTraitBulkAnswer(const std::vector<TraitRequest>& requests);
// POST traits/increment-value/: `value` is the one stored now.
std::string EncodeTraitIncrementAnswer(const TraitIncrement& increment, int64_t value);
// POST identities/<identifier>/traits/<key>.
std::string EncodeTrait(const TraitOutput& trait);

// GET identities/?feature=: that one flag; nothing if there is no such visible feature.
std::optional<std::string> EncodeIdentityFlag(const flags::Environment& environment, KeyKind kind,
                                              const flags::IdentityFlags& evaluation,
                                              std::string_view feature_name);
// GET flags/<identifier>, of old releases: the flags alone, as an array.
std::string EncodeIdentityFlags(const flags::Environment& environment, KeyKind kind,
                                const flags::IdentityFlags& evaluation);

}  // namespace flagstream::wire
