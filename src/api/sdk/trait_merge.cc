// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/trait_merge.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "base/hash.h"
#include "base/random.h"
#include "wire/json.h"

namespace flagstream::api {
namespace {

// Traits by key. Both sides may have thousands, so looking one up must not mean reading all.
template <class Trait, class KeyOf>
class TraitIndex {
 public:
  TraitIndex(const std::vector<Trait>& traits, KeyOf key_of) : key_of_(key_of) {
    for (const Trait& trait : traits) sorted_.push_back(&trait);
    std::ranges::sort(sorted_, {}, key_of_);
  }

  const Trait* Find(std::string_view key) const {
    const auto found = std::ranges::lower_bound(sorted_, key, {}, key_of_);
    return found != sorted_.end() && key_of_(*found) == key ? *found : nullptr;
  }

 private:
  KeyOf key_of_;
  std::vector<const Trait*> sorted_;
};

std::string_view KeyOfGiven(const wire::TraitInput* trait) { return trait->key; }
std::string_view KeyOfStored(const wire::TraitOutput* trait) { return trait->trait.key; }

// As the reference's language writes a value.
void AppendText(std::string& out, const flags::TraitValue& value) {
  std::visit(
      [&out](const auto& v) {
        using Value = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<Value, bool>) {
          out += v ? "True" : "False";
        } else if constexpr (std::is_same_v<Value, int64_t>) {
          out += std::to_string(v);
        } else if constexpr (std::is_same_v<Value, double>) {
          wire::AppendJsonDouble(out, v);
        } else {
          out += v;
        }
      },
      value);
}

}  // namespace

std::vector<wire::TraitOutput> MergeTraits(const std::vector<wire::TraitInput>& given,
                                           const std::vector<wire::TraitOutput>& stored) {
  const TraitIndex given_index(given, KeyOfGiven);
  const TraitIndex stored_index(stored, KeyOfStored);

  std::vector<wire::TraitOutput> merged;
  merged.reserve(given.size() + stored.size());
  for (const wire::TraitInput& trait : given) {
    if (!trait.value) continue;
    wire::TraitOutput& output = merged.emplace_back();
    output.trait = {trait.key, *trait.value};
    output.transient = trait.transient;
    const wire::TraitOutput* known = trait.transient ? nullptr : stored_index.Find(trait.key);
    if (known && known->trait.value == *trait.value) output.id = known->id;
  }
  for (const wire::TraitOutput& trait : stored) {
    if (!given_index.Find(trait.trait.key)) merged.push_back(trait);
  }
  return merged;
}

std::vector<wire::TraitInput> LastingTraits(const std::vector<wire::TraitInput>& given) {
  std::vector<wire::TraitInput> lasting;
  std::ranges::copy_if(given, std::back_inserter(lasting),
                       [](const wire::TraitInput& trait) { return !trait.transient; });
  return lasting;
}

std::string MakeAnonymousIdentifier(const std::vector<wire::TraitInput>& given) {
  std::vector<const wire::TraitInput*> set;
  for (const wire::TraitInput& trait : given) {
    if (trait.value) set.push_back(&trait);
  }
  if (set.empty()) return SecureRandomText(32, "0123456789abcdef");

  std::ranges::sort(set, {}, &wire::TraitInput::key);
  std::string text;
  for (const wire::TraitInput* trait : set) {
    text += trait->key;
    AppendText(text, *trait->value);
  }
  return Sha256Hex(text);
}

}  // namespace flagstream::api
