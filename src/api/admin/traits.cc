// SPDX-License-Identifier: Apache-2.0
#include "service/traits.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/body_reader.h"
#include "api/admin/paged_reply.h"
#include "api/admin/query.h"
#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "service/limits.h"

namespace flagstream::api {
namespace {

using flags::TraitValue;

wire::Json TraitJson(const service::TraitView& trait) {
  const int64_t* integer = std::get_if<int64_t>(&trait.value);
  const std::string* text = std::get_if<std::string>(&trait.value);
  const bool* boolean = std::get_if<bool>(&trait.value);
  const double* number = std::get_if<double>(&trait.value);
  wire::Json json;
  json.Set("id", trait.id);
  json.Set("trait_key", trait.key);
  json.Set("value_type", integer != nullptr   ? "int"
                         : boolean != nullptr ? "bool"
                         : number != nullptr  ? "float"
                                              : "unicode");
  json.Set("integer_value", integer != nullptr ? wire::Json(*integer) : wire::Json());
  json.Set("string_value", text != nullptr ? wire::Json(*text) : wire::Json());
  json.Set("boolean_value", boolean != nullptr ? wire::Json(*boolean) : wire::Json());
  json.Set("float_value", number != nullptr ? wire::Json(*number) : wire::Json());
  json.Set("created_date", TimeJson(trait.created_date));
  return json;
}

IdentityId IdentityOf(const Call& call) { return call.Id<IdentityId>("identity"); }
int64_t IdOf(const Call& call) { return call.request.PathInteger("id"); }

std::optional<double> ReadFloat(BodyReader& body) {
  const wire::Json* value = body.Find("float_value");
  if (value != nullptr && value->AsDouble() != nullptr && std::isfinite(*value->AsDouble()))
    return *value->AsDouble();
  if (value != nullptr && value->AsInteger() != nullptr)
    return static_cast<double>(*value->AsInteger());
  body.AddError("float_value", "A valid number is required.");
  return std::nullopt;
}

template <class T>
service::Given<TraitValue> ToValue(std::optional<T> value) {
  if (!value) return std::nullopt;
  return TraitValue(*std::move(value));
}

// The member that value_type names; without a type, text, if there is any.
service::Given<TraitValue> ReadValue(BodyReader& body, Presence presence) {
  const wire::TextRule rule{.may_be_blank = true, .characters_max = service::kTraitValueLengthMax};
  const auto type = body.Text("value_type", {});
  if (!type) return ToValue(body.Text("string_value", rule, presence));
  if (*type == "unicode") return ToValue(body.Text("string_value", rule, Presence::kRequired));
  if (*type == "int") return ToValue(body.Integer("integer_value", Presence::kRequired));
  if (*type == "bool") return ToValue(body.Boolean("boolean_value", Presence::kRequired));
  if (*type == "float") return ToValue(ReadFloat(body));
  body.AddError("value_type", "\"" + *type + "\" is not a valid choice.");
  return std::nullopt;
}

Result<service::TraitInput> ReadInput(const Call& call, Presence presence) {
  BodyReader body(call.body);
  service::TraitInput input;
  input.key = body.Text("trait_key", {.characters_max = service::kTraitKeyLengthMax}, presence);
  input.value = ReadValue(body, presence);
  FLAGSTREAM_TRY(body.Check());
  return input;
}

Result<Reply> List(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::Page page, ReadPage(call.request, kShortPage));
  FLAGSTREAM_ASSIGN(const auto list, call.use_cases.traits.List(call.caller, call.Text("key"),
                                                                IdentityOf(call), page));
  return PagedReply(call, page, list, TraitJson);
}

Result<Reply> Create(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::TraitInput input, ReadInput(call, Presence::kRequired));
  FLAGSTREAM_ASSIGN(auto written, call.use_cases.traits.Create(call.caller, call.Text("key"),
                                                               IdentityOf(call), input));
  return JsonReply(TraitJson(written.value), std::move(written.changes), 201);
}

Result<Reply> Get(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto trait, call.use_cases.traits.Get(call.caller, call.Text("key"),
                                                                IdentityOf(call), IdOf(call)));
  return JsonReply(TraitJson(trait));
}

Result<Reply> Update(const Call& call) {
  FLAGSTREAM_ASSIGN(const service::TraitInput input, ReadInput(call, Presence::kOptional));
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.traits.Update(call.caller, call.Text("key"), IdentityOf(call),
                                                 IdOf(call), input));
  return JsonReply(TraitJson(written.value), std::move(written.changes));
}

// With ?deleteAllMatchingTraits=true from every identity of the environment.
Result<Reply> Delete(const Call& call) {
  service::Traits& traits = call.use_cases.traits;
  if (ReadQueryBoolean(call.request, "deleteAllMatchingTraits").value_or(false)) {
    FLAGSTREAM_ASSIGN(const auto trait,
                      traits.Get(call.caller, call.Text("key"), IdentityOf(call), IdOf(call)));
    FLAGSTREAM_ASSIGN(auto all, traits.DeleteKey(call.caller, call.Text("key"), trait.key));
    return NoContent(std::move(all.changes));
  }
  FLAGSTREAM_ASSIGN(auto written,
                    traits.Delete(call.caller, call.Text("key"), IdentityOf(call), IdOf(call)));
  return NoContent(std::move(written.changes));
}

Result<Reply> Keys(const Call& call) {
  FLAGSTREAM_ASSIGN(const auto keys, call.use_cases.traits.Keys(call.caller, call.Text("key")));
  wire::Json::Array names(keys.begin(), keys.end());
  return JsonReply(wire::Json().Set("keys", std::move(names)));
}

Result<Reply> DeleteKey(const Call& call) {
  BodyReader body(call.body);
  const std::string key =
      body.Text("key", {.characters_max = service::kTraitKeyLengthMax}, Presence::kRequired)
          .value_or("");
  FLAGSTREAM_TRY(body.Check());
  FLAGSTREAM_ASSIGN(auto written,
                    call.use_cases.traits.DeleteKey(call.caller, call.Text("key"), key));
  return NoContent(std::move(written.changes));
}

}  // namespace

void AddTraitRoutes(Endpoints& endpoints) {
  endpoints.Get("environments/{key}/identities/{identity:int}/traits/", List);
  endpoints.Post("environments/{key}/identities/{identity:int}/traits/", Create);
  endpoints.Get("environments/{key}/identities/{identity:int}/traits/{id:int}/", Get);
  endpoints.Update("environments/{key}/identities/{identity:int}/traits/{id:int}/", Update);
  endpoints.Delete("environments/{key}/identities/{identity:int}/traits/{id:int}/", Delete);
  endpoints.Get("environments/{key}/trait-keys/", Keys);
  endpoints.Post("environments/{key}/delete-traits/", DeleteKey);
}

}  // namespace flagstream::api
