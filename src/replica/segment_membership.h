// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "flags/engine.h"
#include "flags/environment.h"
#include "flags/evaluation.h"
#include "flags/snapshot.h"

namespace flagstream::replica {

// Which segments of the project an identity is in, those included that override nothing in this
// environment, which the snapshot's own engine leaves out. Only calls of old releases ask, so what
// it takes is prepared when the first of them does, which others then wait for. Safe from any
// thread.
class SegmentMembership {
 public:
  // The snapshot must outlive it.
  explicit SegmentMembership(const flags::Snapshot& snapshot) : snapshot_(snapshot) {}
  SegmentMembership(const SegmentMembership&) = delete;
  SegmentMembership& operator=(const SegmentMembership&) = delete;

  // Ascending by id.
  std::vector<const flags::Segment*> Of(const flags::EvaluatedIdentity& identity) const;

 private:
  const flags::Engine& Prepared() const;

  const flags::Snapshot& snapshot_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<const flags::Engine> engine_;  // set once
};

}  // namespace flagstream::replica
