// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "wire/json.h"

namespace flagstream::service {

// Reads what Flagsmith's `dumporganisationtolocalfs` or Django's `dumpdata` wrote: a list of
// {"model", "pk", "fields"}. The former leaves `pk` out and names other objects by their natural
// keys, ["UUID"]; both are understood. Of feature states those are taken that are live at
// `now_micros`. Objects that are deleted, superseded, or of kinds that nothing here is like, and
// those that refer to such, are left out and listed. kInvalidArgument names the object and field
// that cannot be read.
Result<Bundle> ReadFlagsmithExport(const wire::Json& dump, int64_t now_micros);

}  // namespace flagstream::service
