// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/stamp.h"
#include "flags/environment.h"
#include "flags/value.h"
#include "store/store.h"

// Reads what the serving side needs, each in a small fixed number of queries.
// Fails with kUnavailable when the database is away, kCorrupt when what is stored makes no sense.
namespace flagstream::store {

// The environment with everything that decides what its clients are served, all of one moment.
// Unset if there is none.
Result<std::optional<flags::Environment>> LoadEnvironment(Reader& reader,
                                                          EnvironmentId environment);

struct EnvironmentRevision {
  EnvironmentId environment;
  int64_t revision = 0;

  bool operator==(const EnvironmentRevision&) const = default;
};

// Of every environment, ascending by id.
Result<std::vector<EnvironmentRevision>> ListRevisions(Reader& reader);

struct StoredTrait {
  int64_t id = 0;
  flags::Trait trait;
};

// An identity as a request sees it, with its traits in the order they were made in.
struct StoredIdentity {
  IdentityId id;
  Stamp stamp;                // of its last trait write, or its last deletion; Stamp() = none
  int64_t base_revision = 0;  // the environment's revision that stamp was issued on
  std::string uuid;
  int64_t created_micros = 0;
  std::vector<StoredTrait> traits;
};

Result<std::optional<StoredIdentity>> LoadIdentity(Reader& reader, EnvironmentId environment,
                                                   const std::string& identifier);

}  // namespace flagstream::store
