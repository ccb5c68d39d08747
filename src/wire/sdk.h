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
#include "wire/json.h"

// The JSON that SDKs send and receive. Byte for byte what the wire specification asks for; the only place that knows it.
namespace flagstream::wire {

enum class KeyKind { kClient, kServer };

// One trait of a request: unset value = delete it.
struct TraitInput {
  std::string key;
  std::optional<flags::TraitValue> value;
  bool transient = false;
};

struct IdentityRequest {
  std::string identifier;  // empty: anonymous
  bool transient = false;
  std::vector<TraitInput> traits;  // in request order, of equal keys only the last
};

// Body of POST identities/: all variants that SDKs send. kInvalidArgument with the reference's field paths and sentences.
Result<IdentityRequest> ParseIdentityRequest(std::string_view body);

struct TraitRequest {
  std::string identifier;
  TraitInput trait;
};

// Body of POST traits/, and an element of PUT traits/bulk/.
Result<TraitRequest> ParseTraitRequest(std::string_view body);
Result<std::vector<TraitRequest>> ParseTraitBulkRequest(std::string_view body);

struct TraitIncrement {
  std::string identifier;
  std::string key;
  int64_t by = 0;
};
Result<TraitIncrement> ParseTraitIncrement(std::string_view body);

// Body of POST bulk-identities/; at most 100.
Result<std::vector<IdentityRequest>> ParseBulkIdentities(std::string_view body);

struct FeatureCount {
  std::string feature_name;
  int64_t count = 0;
};
// Body of POST analytics/flags/: counts that are no positive integers are left out, as the reference does.
Result<std::vector<FeatureCount>> ParseAnalytics(std::string_view body);
// Body of POST /api/v2/analytics/flags/.
Result<std::vector<FeatureCount>> ParseAnalyticsV2(std::string_view body);

// The array of GET flags/ for one kind of key: visible features in the order of their ids.
std::string EncodeFlags(const flags::Environment& environment, KeyKind kind);
// GET flags/?feature=: nothing if there is no such visible feature.
std::optional<std::string> EncodeFlag(const flags::Environment& environment, KeyKind kind, std::string_view feature_name);
// GET environment-document/.
std::string EncodeEnvironmentDocument(const flags::Environment& environment);

// A trait of an answer. `id` 0: not stored, sent as null.
struct TraitOutput {
  int64_t id = 0;
  flags::Trait trait;
  bool transient = false;
};

// The answer of GET and POST identities/: the flags of `evaluation`, the traits as given, and the identifier echoed.
std::string EncodeIdentity(const flags::Environment& environment, KeyKind kind, std::string_view identifier,
                           const flags::IdentityFlags& evaluation, const std::vector<TraitOutput>& traits);

// GET identities/?feature=: that one flag; nothing if there is no such visible feature.
std::optional<std::string> EncodeIdentityFlag(const flags::Environment& environment, KeyKind kind,
                                              const flags::IdentityFlags& evaluation, std::string_view feature_name);
// GET flags/<identifier>, of old releases: the flags alone, as an array.
std::string EncodeIdentityFlags(const flags::Environment& environment, KeyKind kind, const flags::IdentityFlags& evaluation);

}  // namespace flagstream::wire
