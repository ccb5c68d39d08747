// SPDX-License-Identifier: Apache-2.0
#include "replica/identity_cache.h"

#include <utility>
#include <variant>

namespace flagstream::replica {
namespace {

// About what two nodes of containers and a shared object cost beside their contents.
constexpr size_t kOverheadBytes = 160;

size_t BytesOf(const IdentityKey& key, const IdentityData& identity) {
  size_t bytes = kOverheadBytes + sizeof(IdentityData) + key.identifier.size();
  for (const wire::TraitOutput& trait : identity.traits) {
    bytes += sizeof(trait) + trait.trait.key.size();
    const auto* text = std::get_if<std::string>(&trait.trait.value);
    if (text != nullptr) bytes += text->size();
  }
  return bytes;
}

}  // namespace

IdentityPtr IdentityCache::Find(const IdentityKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->identity;
}

void IdentityCache::Put(const IdentityKey& key, IdentityPtr identity) {
  Erase(key);
  const size_t bytes = BytesOf(key, *identity);
  if (limits_.entries_max == 0 || bytes > limits_.bytes_max) return;
  while (entries_.size() >= limits_.entries_max || bytes_ + bytes > limits_.bytes_max) {
    EraseEntry(std::prev(entries_.end()));
  }
  entries_.push_front({key.environment, std::string(key.identifier), std::move(identity), bytes});
  by_key_.emplace(IdentityKey{key.environment, entries_.front().identifier}, entries_.begin());
  bytes_ += bytes;
}

bool IdentityCache::Erase(const IdentityKey& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return false;
  EraseEntry(found->second);
  return true;
}

void IdentityCache::EraseEntry(Entries::iterator entry) {
  bytes_ -= entry->bytes;
  by_key_.erase({entry->environment, entry->identifier});
  entries_.erase(entry);
}

}  // namespace flagstream::replica
