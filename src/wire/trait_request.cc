// SPDX-License-Identifier: Apache-2.0
// Requests that write traits one by one.
#include <string>
#include <utility>

#include "wire/identity_request.h"
#include "wire/json.h"
#include "wire/request_fields.h"
#include "wire/sdk.h"

namespace flagstream::wire {
namespace {

std::string ReadIdentifierOfIdentity(RequestFields& fields, FieldErrors& errors) {
  const Json* identity = fields.FindRequired("identity");
  if (identity == nullptr) return {};
  RequestFields members(*identity, fields.PathOf("identity"), errors);
  return members.ReadText("identifier", kIdentifierRule);
}

TraitRequest ReadTraitRequest(RequestFields& fields, FieldErrors& errors) {
  TraitRequest request;
  request.identifier = ReadIdentifierOfIdentity(fields, errors);
  request.trait = ReadTrait(fields);
  request.trait.transient = false;  // there is nothing to answer from but what is stored
  fields.FindRequired("trait_value");
  return request;
}

}  // namespace

Result<TraitRequest> ParseTraitRequest(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  TraitRequest request = ReadTraitRequest(fields, errors);
  if (errors.size() > 0) return std::move(errors).ToError();
  return request;
}

Result<std::vector<TraitRequest>> ParseTraitBulkRequest(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  const Json::Array& elements = ReadElements(json, "", kTraitsPerRequestMax, errors);
  std::vector<TraitRequest> requests;
  requests.reserve(elements.size());
  for (size_t i = 0; i < elements.size(); ++i) {
    RequestFields fields(elements[i], std::to_string(i), errors);
    requests.push_back(ReadTraitRequest(fields, errors));
  }
  if (errors.size() > 0) {
    if (!elements.empty()) errors.Add(std::to_string(elements.size() - 1), "");
    return std::move(errors).ToError();
  }
  return requests;
}

Result<TraitInput> ParseTraitValueRequest(std::string_view trait_key, std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  std::string problem = TextProblem(trait_key, kTraitKeyRule);
  if (!problem.empty()) errors.Add("trait_key", std::move(problem));
  TraitInput trait{.key = std::string(trait_key)};
  const Json* value = fields.FindRequired("trait_value");
  if (value != nullptr) trait.value = ReadTraitValueMember(fields, *value);
  if (errors.size() > 0) return std::move(errors).ToError();
  return trait;
}

Result<TraitIncrement> ParseTraitIncrement(std::string_view body) {
  FLAGSTREAM_ASSIGN(const Json json, ParseJson(body));
  FieldErrors errors;
  RequestFields fields(json, "", errors);
  TraitIncrement increment;
  increment.identifier = fields.ReadText("identifier", kIdentifierRule);
  increment.key = fields.ReadText("trait_key", kTraitKeyRule);
  increment.by = fields.ReadInteger("increment_by");
  if (errors.size() > 0) return std::move(errors).ToError();
  return increment;
}

}  // namespace flagstream::wire
