// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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

  // A list that we can only take empty: `sentence` if it has elements.
  void RefuseElements(std::string_view name, std::string_view sentence);

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

  const wire::Json& body_;
  std::vector<FieldError> errors_;
};

}  // namespace flagstream::api
