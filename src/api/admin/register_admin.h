// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/admin/admin_context.h"
#include "net/router.h"

namespace flagstream::api {

// Adds the management API to one shard's router. `context` must outlive it.
void RegisterAdmin(net::Router& router, const AdminContext& context);

}  // namespace flagstream::api
