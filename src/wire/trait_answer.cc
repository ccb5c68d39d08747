// SPDX-License-Identifier: Apache-2.0
// Traits in answers: of an identity, and after a write.
#include <utility>

#include "wire/json.h"
#include "wire/sdk.h"
#include "wire/trait_value.h"

namespace flagstream::wire {
namespace {

void AppendTraitAnswer(std::string& out, const TraitRequest& request) {
  out += R"({"identity":{"identifier":)";
  AppendJsonString(out, request.identifier);
  out += R"(},"trait_value":)";
  if (request.trait.value) {
    AppendTraitValue(out, *request.trait.value);
  } else {
    out += "null";
  }
  out += R"(,"trait_key":)";
  AppendJsonString(out, request.trait.key);
  out += '}';
}

}  // namespace

void AppendTrait(std::string& out, const TraitOutput& trait) {
  out += R"({"id":)";
  if (trait.id == 0) {
    out += "null";
  } else {
    AppendJsonInteger(out, trait.id);
  }
  out += R"(,"trait_key":)";
  AppendJsonString(out, trait.trait.key);
  out += R"(,"trait_value":)";
  AppendTraitValue(out, trait.trait.value);
  out += trait.transient ? R"(,"transient":true})" : R"(,"transient":false})";
}

std::string EncodeTraitAnswer(const TraitRequest& request) {
  std::string out;
  AppendTraitAnswer(out, request);
  return out;
}

std::string EncodeTraitBulkAnswer(const std::vector<TraitRequest>& requests) {
  std::string out = "[";
  bool first = true;
  for (const TraitRequest& request : requests) {
    if (!request.trait.value) continue;
    if (!std::exchange(first, false)) out += ',';
    AppendTraitAnswer(out, request);
  }
  out += ']';
  return out;
}

std::string EncodeTraitIncrementAnswer(const TraitIncrement& increment, int64_t value) {
  return Json()
      .Set("trait_key", increment.key)
      .Set("trait_value", value)
      .Set("identifier", increment.identifier)
      .Dump();
}

std::string EncodeTrait(const TraitOutput& trait) {
  std::string out;
  AppendTrait(out, trait);
  return out;
}

}  // namespace flagstream::wire
