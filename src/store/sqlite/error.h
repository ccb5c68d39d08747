// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

struct sqlite3;

namespace flagstream::store::sqlite {

// What the last call on `database`, which failed, means for our callers; SQLite's own words become
// the cause. A full or failing disk is kUnavailable, a taken key kConflict, a missing parent row
// kNotFound.
Error LastError(sqlite3* database);

}  // namespace flagstream::store::sqlite
