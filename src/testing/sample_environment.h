// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flags/environment.h"

namespace flagstream::testing {

// An environment in which every member that clients see has a value worth checking: features with a
// text, a number, a boolean and no value, one of them for server keys only and two disabled, and an
// identity "alice" that overrides two of them. Id 3, client key "client-key", server key
// "ser.server-key", revision 7, stamp 2026-05-01T09:30:00.765625Z.
flags::Environment SampleEnvironment();

// The same with the features "feature_1" to "feature_`count`" instead.
flags::Environment EnvironmentOfFeatures(int count);

}  // namespace flagstream::testing
