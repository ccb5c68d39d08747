// SPDX-License-Identifier: Apache-2.0
#include "wire/identity_request.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "wire/trait_value.h"
#include "wire/utf8.h"

namespace flagstream::wire {
namespace {

constexpr TextRule kOptionalIdentifierRule = {
    .may_be_null = true, .may_be_blank = true, .characters_max = kIdentifierCharactersMax};

// What is wrong with the text of a trait value; empty if nothing is.
std::string ValueProblem(const std::string& text) {
  if (text.find('\0') != std::string::npos) return "Null characters are not allowed.";
  if (CountCodePoints(text) > kTraitValueCharactersMax) {
    // The reference's own words.
    return "Value string is too long. Must be less than 2000 character";
  }
  return {};
}

void KeepLastOfEqualKeys(std::vector<TraitInput>& traits) {
  std::unordered_set<std::string> seen;
  std::vector<TraitInput> kept;
  kept.reserve(traits.size());
  for (auto trait = traits.rbegin(); trait != traits.rend(); ++trait) {
    if (seen.insert(trait->key).second) kept.push_back(std::move(*trait));
  }
  std::ranges::reverse(kept);
  traits = std::move(kept);
}

std::vector<TraitInput> ReadTraits(RequestFields& fields, FieldErrors& errors) {
  const Json::Array& elements = fields.ReadList("traits", /*required=*/false, kTraitsPerRequestMax);
  const size_t errors_before = errors.size();
  std::vector<TraitInput> traits;
  traits.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    RequestFields element(elements[i], fields.PathOf("traits." + std::to_string(i)), errors);
    traits.push_back(ReadTrait(element));
  }
  if (errors.size() > errors_before) {
    // One element per trait, also for the good ones after the last bad one.
    errors.Add(fields.PathOf("traits." + std::to_string(elements.size() - 1)), "");
  }
  KeepLastOfEqualKeys(traits);
  return traits;
}

IdentityRequest ReadIdentity(RequestFields& fields, FieldErrors& errors) {
  IdentityRequest request;
  request.identifier = fields.ReadText("identifier", kOptionalIdentifierRule);
  request.transient = fields.ReadBoolean("transient");
  request.traits = ReadTraits(fields, errors);
  return request;
}

}  // namespace

std::optional<flags::TraitValue> ReadTraitValueMember(RequestFields& fields, const Json& value) {
  std::optional<flags::TraitValue> read = ReadTraitValue(value);
  if (!read) return std::nullopt;
  const auto* text = std::get_if<std::string>(&*read);
  std::string problem = text == nullptr ? std::string() : ValueProblem(*text);
  if (problem.empty()) return read;
  fields.AddError("trait_value", std::move(problem));
  return std::nullopt;
}

TraitInput ReadTrait(RequestFields& fields) {
  TraitInput trait;
  trait.key = fields.ReadText("trait_key", kTraitKeyRule);
  // Java leaves a null out.
  const Json* value = fields.Find("trait_value");
  if (value != nullptr) trait.value = ReadTraitValueMember(fields, *value);
  trait.transient = fields.ReadBoolean("transient");
  return trait;
}

Result<IdentityRequest> ParseIdentityRequest(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  IdentityRequest request = ReadIdentity(fields, errors);
  if (errors.size() > 0) return std::move(errors).ToError();
  return request;
}

Result<std::vector<IdentityRequest>> ParseBulkIdentities(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  const Json::Array& elements = fields.ReadList("data", /*required=*/true, kBulkIdentitiesMax);
  std::vector<IdentityRequest> requests;
  requests.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    RequestFields element(elements[i], "data." + std::to_string(i), errors);
    requests.push_back(ReadIdentity(element, errors));
  }
  if (errors.size() > 0) return std::move(errors).ToError();
  return requests;
}

Result<std::string> ParseIdentifier(std::string_view text) {
  if (text.empty()) return Error(ErrorCode::kInvalidArgument, "Missing identifier");
  std::string problem = TextProblem(text, kIdentifierRule);
  if (!problem.empty()) return Error::InvalidField("identifier", std::move(problem));
  return std::string(text);
}

}  // namespace flagstream::wire
