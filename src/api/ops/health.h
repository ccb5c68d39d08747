// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ops/register_ops.h"

namespace flagstream::api {

// /health and its aliases: the process is up, whatever else is wrong, so that nobody restarts it
// for a database that is away. /ready and its alias: 503 while this node is not known to be
// current.
void AddHealthRoutes(net::Router& router, const OpsContext& context);

}  // namespace flagstream::api
