// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "flags/environment.h"
#include "wire/json.h"

namespace flagstream::wire {

// An environment document as its reader understands it. `environment` has no stamp and no keys but
// the client key; what documents do not have is as for a new feature. The ids of identities are
// counted from 1, those of feature segments as well.
struct ReadDocument {
  flags::Environment environment;
  // What it has that was not read, and why: ("identity_overrides[3].identity_traits", "...").
  std::vector<std::pair<std::string, std::string>> left_out;
};

// Reads an environment document of ours or of Flagsmith, strictly: kInvalidArgument names the
// member that is wrong.
Result<ReadDocument> ParseEnvironmentDocument(const Json& document);

}  // namespace flagstream::wire
