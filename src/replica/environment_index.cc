// SPDX-License-Identifier: Apache-2.0
#include "replica/environment_index.h"

#include <utility>

namespace flagstream::replica {

KeyMatch EnvironmentIndex::Find(std::string_view key, const Clock& clock) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return {};
  const Entry& entry = found->second;
  if (entry.expires_micros && *entry.expires_micros <= clock.NowMicros()) return {};
  return {entry.environment, entry.kind};
}

ServedEnvironmentPtr EnvironmentIndex::FindById(EnvironmentId environment) const {
  const auto found = environments_.find(environment);
  return found == environments_.end() ? nullptr : found->second;
}

bool EnvironmentIndex::Apply(ServedEnvironmentPtr served) {
  ServedEnvironmentPtr& held = environments_[served->environment().id];
  if (held && held->environment().revision >= served->environment().revision) return false;
  if (held) DropKeys(*held);
  AddKeys(served);
  held = std::move(served);
  return true;
}

void EnvironmentIndex::Remove(EnvironmentId environment) {
  const auto found = environments_.find(environment);
  if (found == environments_.end()) return;
  DropKeys(*found->second);
  environments_.erase(found);
}

void EnvironmentIndex::AddKeys(const ServedEnvironmentPtr& served) {
  const flags::Environment& environment = served->environment();
  keys_[environment.client_key] = {served, wire::KeyKind::kClient, std::nullopt};
  for (const flags::ServerKey& key : environment.server_keys) {
    if (key.active) keys_[key.key] = {served, wire::KeyKind::kServer, key.expires_micros};
  }
}

// A key may have gone over to an environment that was loaded earlier; then it is no longer ours.
void EnvironmentIndex::DropKeys(const ServedEnvironment& served) {
  const auto drop = [&](const std::string& key) {
    const auto found = keys_.find(key);
    if (found != keys_.end() && found->second.environment.get() == &served) keys_.erase(found);
  };
  drop(served.environment().client_key);
  for (const flags::ServerKey& key : served.environment().server_keys) drop(key.key);
}

}  // namespace flagstream::replica
