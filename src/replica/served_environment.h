// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/stamp.h"
#include "flags/snapshot.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// A body that is ready to send, in the codings we offer, with the strong tags of both. Made once per snapshot.
struct PreparedBody {
  std::shared_ptr<const std::string> plain;
  std::shared_ptr<const std::string> gzip;
  std::string plain_etag;  // with its quotes; covers bytes and stamp
  std::string gzip_etag;
};

// What a shard answers from: an environment's snapshot and the bodies made of it. Immutable; all of one revision, so that the stamp beside a body
// is the stamp of exactly that data.
struct ServedEnvironment {
  flags::Snapshot snapshot;
  PreparedBody client_flags;  // GET flags/ with a client key
  PreparedBody server_flags;
  PreparedBody document;
  std::string stamp_text;     // "1735229888.765625": header and stream
  std::string last_modified;  // HTTP date of the stamp
  bool previous_shares_second = false;  // then no 304 by If-Modified-Since

  explicit ServedEnvironment(flags::Environment environment);
  const flags::Environment& environment() const { return snapshot.environment(); }
};

using ServedEnvironmentPtr = std::shared_ptr<const ServedEnvironment>;

}  // namespace flagstream::replica
