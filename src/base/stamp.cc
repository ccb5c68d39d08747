// SPDX-License-Identifier: Apache-2.0
#include "base/stamp.h"

#include <algorithm>

namespace flagstream {
namespace {

Stamp LaterThan(Stamp held) { return held == Stamp() ? Stamp() : held.Next(); }

}  // namespace

Stamp IssueEnvironmentStamp(int64_t now_micros, Stamp newest, Stamp newest_of_identities) {
  return std::max({Stamp::RoundUp(now_micros), LaterThan(newest), LaterThan(newest_of_identities)});
}

Stamp IssueIdentityStamp(int64_t now_micros, Stamp environment, Stamp newest_of_identity) {
  return std::max(
      {Stamp::RoundUp(now_micros), LaterThan(environment), LaterThan(newest_of_identity)});
}

}  // namespace flagstream
