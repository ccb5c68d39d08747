// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/ops/register_ops.h"

namespace flagstream::api {

// /version/: the release of the reference whose API we speak, as its dashboard and command line
// read it, and our own.
void AddVersionRoute(net::Router& router, const OpsContext& context);

}  // namespace flagstream::api
