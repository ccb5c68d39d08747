// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// POST analytics/flags/ of both versions: how often each feature was evaluated. Names of no feature
// are left out.
void RegisterAnalytics(net::Router& router, SdkContext context);

}  // namespace flagstream::api
