// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/result.h"
#include "service/written.h"
#include "wire/json.h"
#include "wire/request_fields.h"

namespace flagstream::api {

enum class Presence { kOptional, kRequired };

// Reads the members of a body into typed input, and collects what is wrong with any of them in the
// reference's words. A member that is missing or wrong reads as unset; Check says at the end
// whether the input may be used:
//
//   BodyReader body(call.body);
//   service::OrganisationInput input{.name = body.Text("name", {.characters_max = 2000},
//   Presence::kRequired)}; FLAGSTREAM_TRY(body.Check());
class BodyReader {
 public:
  // `body` must outlive the reader.
  explicit BodyReader(const wire::Json& body);

  service::Given<std::string> Text(std::string_view name, const wire::TextRule& rule,
                                   Presence presence = Presence::kOptional);
  service::Given<bool> Boolean(std::string_view name, Presence presence = Presence::kOptional);
  service::Given<double> Number(std::string_view name, double min, double max,
                                Presence presence = Presence::kOptional);
  service::Given<int64_t> Integer(std::string_view name, Presence presence = Presence::kOptional);
  // The id of something, which the reference calls a pk.
  service::Given<int64_t> Key(std::string_view name, Presence presence = Presence::kOptional);
  service::Given<std::vector<int64_t>> Keys(std::string_view name,
                                            Presence presence = Presence::kOptional);

  // The same where null is a value.
  service::Given<std::optional<std::string>> NullableText(std::string_view name,
                                                          const wire::TextRule& rule);
  service::Given<std::optional<bool>> NullableBoolean(std::string_view name);
  service::Given<std::optional<int64_t>> NullableInteger(std::string_view name);
  // A time in ISO 8601, as microseconds since 1970.
  service::Given<std::optional<int64_t>> NullableTime(std::string_view name);

  // A list of objects: what `read`, a T(BodyReader&), makes of each. What is wrong with an element
  // is said at its place.
  template <class Read>
  auto Objects(std::string_view name, size_t elements_max, const Read& read)
      -> service::Given<std::vector<std::invoke_result_t<Read, BodyReader&>>>;
  // The same of one object.
  template <class Read>
  auto Object(std::string_view name, const Read& read, Presence presence = Presence::kOptional)
      -> service::Given<std::invoke_result_t<Read, BodyReader&>>;

  // As it stands; null pointer if it is missing.
  const wire::Json* Find(std::string_view name) const { return body_.Find(name); }
  void AddError(std::string_view field, std::string_view sentence);
  // What was found in a member that was read with wire::RequestFields.
  void AddErrors(wire::FieldErrors found);

  // kInvalidArgument with everything that was found.
  Result<void> Check() const;

 private:
  // The member, if it is there and not null; else null pointer, and the errors say so if that is
  // wrong.
  const wire::Json* FindValue(std::string_view name, Presence presence);
  bool IsNull(std::string_view name) const;
  // Null pointer if it is missing or wrong, and the errors say so if that is wrong.
  const wire::Json::Array* FindList(std::string_view name, size_t elements_max);
  // Takes over what is wrong with the part of the body at `place`.
  void AddErrorsOf(const BodyReader& part, const std::string& place);

  const wire::Json& body_;
  std::vector<FieldError> errors_;
};

template <class Read>
auto BodyReader::Objects(std::string_view name, size_t elements_max, const Read& read)
    -> service::Given<std::vector<std::invoke_result_t<Read, BodyReader&>>> {
  const wire::Json::Array* elements = FindList(name, elements_max);
  if (elements == nullptr) return std::nullopt;
  std::vector<std::invoke_result_t<Read, BodyReader&>> objects;
  for (size_t i = 0; i < elements->size(); ++i) {
    BodyReader element((*elements)[i]);
    objects.push_back(read(element));
    AddErrorsOf(element, std::string(name) + "." + std::to_string(i));
  }
  return objects;
}

template <class Read>
auto BodyReader::Object(std::string_view name, const Read& read, Presence presence)
    -> service::Given<std::invoke_result_t<Read, BodyReader&>> {
  const wire::Json* value = FindValue(name, presence);
  if (value == nullptr) return std::nullopt;
  BodyReader part(*value);
  auto object = read(part);
  AddErrorsOf(part, std::string(name));
  return object;
}

}  // namespace flagstream::api
