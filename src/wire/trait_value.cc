// SPDX-License-Identifier: Apache-2.0
#include "wire/trait_value.h"

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "base/decimal.h"
#include "wire/python_text.h"

namespace flagstream::wire {
namespace {

using flags::TraitValue;

std::optional<TraitValue> ReadDecimalText(std::string_view text) {
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (error == std::errc() && end == text.data() + text.size()) return integer;
  const std::optional<double> number = ParseDecimal(text);
  if (!number) return std::nullopt;
  return *number;
}

std::optional<TraitValue> ReadElixirDecimal(const Json& value) {
  if (value.AsInteger() != nullptr) return *value.AsInteger();
  if (value.AsDouble() != nullptr) return *value.AsDouble();
  if (value.AsString() != nullptr) return ReadDecimalText(*value.AsString());
  return std::nullopt;
}

bool IsNullOrEmpty(const Json* value) {
  return value == nullptr || value->IsNull() || (value->AsArray() && value->AsArray()->empty());
}

// A version without pre-release and build; what Elixir sends for others is not established.
std::optional<TraitValue> ReadElixirVersion(const Json& value) {
  std::string text;
  for (const std::string_view part : {"major", "minor", "patch"}) {
    const Json* number = value.Find(part);
    if (number == nullptr || number->AsInteger() == nullptr) return std::nullopt;
    if (!text.empty()) text += '.';
    text += std::to_string(*number->AsInteger());
  }
  if (!IsNullOrEmpty(value.Find("pre")) || !IsNullOrEmpty(value.Find("build"))) {
    return std::nullopt;
  }
  return text + ":semver";
}

// Unset if it is no typed object, or one that is not understood.
std::optional<TraitValue> ReadElixirValue(const Json& object) {
  const Json* type = object.Find("type");
  const Json* value = object.Find("value");
  if (object.AsObject()->size() != 2 || type == nullptr || value == nullptr) return std::nullopt;
  if (*type == Json("string") && value->AsString()) return *value->AsString();
  if (*type == Json("boolean") && value->AsBool()) return *value->AsBool();
  if (*type == Json("decimal")) return ReadElixirDecimal(*value);
  if (*type == Json("semver")) return ReadElixirVersion(*value);
  return std::nullopt;
}

}  // namespace

std::optional<TraitValue> ReadTraitValue(const Json& value) {
  if (value.IsNull()) return std::nullopt;
  if (value.AsBool() != nullptr) return *value.AsBool();
  if (value.AsInteger() != nullptr) return *value.AsInteger();
  if (value.AsDouble() != nullptr) return *value.AsDouble();
  if (value.AsString() != nullptr) return *value.AsString();
  if (value.AsObject() != nullptr) {
    if (std::optional<TraitValue> typed = ReadElixirValue(value)) return typed;
  }
  return PythonText(value);
}

void AppendTraitValue(std::string& out, const TraitValue& value) {
  std::visit(
      [&out](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, bool>) {
          out += v ? "true" : "false";
        } else if constexpr (std::is_same_v<T, int64_t>) {
          AppendJsonInteger(out, v);
        } else if constexpr (std::is_same_v<T, double>) {
          // JSON has no infinity; requests cannot bring one, older data might.
          if (std::isfinite(v)) {
            AppendJsonDouble(out, v);
          } else {
            AppendJsonString(out, flags::TextOf(v));
          }
        } else {
          AppendJsonString(out, v);
        }
      },
      value);
}

}  // namespace flagstream::wire
