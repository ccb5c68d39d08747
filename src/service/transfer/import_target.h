// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "service/transfer/id_map.h"
#include "service/transfer/importer.h"
#include "service/writing.h"

namespace flagstream::service {

// Finds the rows of the store that rows of the bundle stand for, so that they are used as they are:
// accounts by e-mail and, where the options name a place, that place, its features by name, their
// options by value and its segments by name and rules. Holds what it finds a place in. In an
// existing environment, removes the states that those of the bundle replace. kNotFound if there is
// no such place, kInvalidArgument if the bundle has more than one environment to put there.
Result<void> MatchTarget(Writing& writing, const Bundle& bundle, const ImportOptions& options,
                         IdMap& ids);

}  // namespace flagstream::service
