// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "flags/environment.h"
#include "flags/snapshot.h"
#include "replica/segment_membership.h"
#include "wire/sdk.h"

namespace flagstream::replica {

// A body that is ready to send, in the codings we offer, with the strong tags of both. Immutable.
struct PreparedBody {
  std::shared_ptr<const std::string> plain;
  std::shared_ptr<const std::string> gzip;
  std::string plain_etag;  // with its quotes; covers bytes and stamp
  std::string gzip_etag;
};

// What a shard answers from: an environment's snapshot and the bodies made of it. Immutable and
// shared by threads; all of one revision, so that the stamp beside a body is the stamp of exactly
// that data.
struct ServedEnvironment {
  // Encodes and compresses the bodies: milliseconds for a large environment, so not on a shard.
  explicit ServedEnvironment(flags::Environment given);
  ServedEnvironment(const ServedEnvironment&) = delete;
  ServedEnvironment& operator=(const ServedEnvironment&) = delete;

  const flags::Environment& environment() const { return snapshot.environment(); }

  const flags::Snapshot snapshot;
  const wire::IdentityEncoder identity_encoder;
  const SegmentMembership segments;
  const std::string stamp_text;       // "1735229888.765625": header and stream
  const std::string last_modified;    // HTTP date of the stamp
  const bool previous_shares_second;  // then no 304 by If-Modified-Since
  PreparedBody client_flags;          // GET flags/ with a client key
  PreparedBody server_flags;          // shares the bytes if they are equal
  PreparedBody document;
};

using ServedEnvironmentPtr = std::shared_ptr<const ServedEnvironment>;

}  // namespace flagstream::replica
