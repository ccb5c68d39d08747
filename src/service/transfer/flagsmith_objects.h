// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "wire/json.h"
#include "wire/json_place.h"

namespace flagstream::service {

// One object of a Django dump. Its fields are a place in the dump, which outlives it.
struct FlagsmithObject {
  std::string model;              // "features.feature"
  std::vector<std::string> keys;  // what others call it by: "#12" for a primary key, a uuid, ...
  int64_t id = 0;                 // its primary key, or its number among those of its model
  wire::JsonPlace fields;

  std::string Name() const;  // "features.feature 12"
};

// The objects of a dump by model, and which of them were taken so far: what refers to one that was
// not cannot be taken either.
class FlagsmithObjects {
 public:
  static Result<FlagsmithObjects> Read(const wire::Json& dump);

  // In the order of their ids.
  const std::vector<FlagsmithObject>& Of(const std::string& model) const;
  // Whether all of the model have a primary key that is a number.
  bool KnowsIds(const std::string& model) const;
  // Models that are not among `known`, with how many objects each has.
  std::map<std::string, size_t> Others(const std::vector<std::string_view>& known) const;

  void Take(const FlagsmithObject& object);
  // The id of the taken object that the field names; unset if it is null, missing or names none.
  std::optional<int64_t> Find(const FlagsmithObject& object, std::string_view field,
                              const std::string& model) const;
  std::optional<int64_t> FindReferred(const wire::JsonPlace& reference,
                                      const std::string& model) const;

 private:
  Result<void> Add(const wire::JsonPlace& element);
  void Number();

  std::map<std::string, std::vector<FlagsmithObject>> objects_;
  std::map<std::string, bool> without_ids_;
  std::map<std::string, std::unordered_map<std::string, int64_t>> taken_;
};

// How a reference is spelt: "#12" for 12, "a\nb" for ["a", "b"]; empty for null.
std::string KeyOf(const wire::JsonPlace& reference);

}  // namespace flagstream::service
