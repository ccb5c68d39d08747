// SPDX-License-Identifier: Apache-2.0
#include "replica/watch/served_digest.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "wire/flag_text.h"

namespace flagstream::replica {
namespace {

// Each part begins with its length, so that no two lists of parts have the same text.
void AppendPart(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

void AppendValue(std::string& out, const flags::FlagValue& value) {
  // The index tells 1 from "1" and from true.
  out += static_cast<char>('0' + value.index());
  std::visit(
      [&out](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          AppendPart(out, held);
        } else if constexpr (!std::is_same_v<Held, std::monostate>) {
          AppendPart(out, std::to_string(static_cast<int64_t>(held)));
        }
      },
      value);
}

// No variant is none of any name.
void AppendVariant(std::string& out, std::optional<std::string_view> variant) {
  out += variant ? '=' : '.';
  if (variant) AppendPart(out, *variant);
}

}  // namespace

Sha256Digest ServedDigest(const flags::Environment& environment, wire::KeyKind kind,
                          const flags::IdentityFlags& evaluation) {
  std::string text;
  for (const flags::IdentityFlag& flag : evaluation) {
    if (!wire::IsVisible(environment, kind, *flag.feature, flag.state->enabled)) continue;
    AppendPart(text, flag.feature->name);
    text += flag.state->enabled ? '+' : '-';
    AppendValue(text, *flag.value);
    AppendVariant(text, flag.variant);
  }
  if (!environment.organisation.persist_trait_data) {
    AppendPart(text, std::to_string(environment.stamp.micros()));
  }
  return Sha256(text);
}

}  // namespace flagstream::replica
