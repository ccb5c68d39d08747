// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// POST bulk-identities/ (Go): stores many identities and their traits, evaluates none.
void RegisterBulkIdentities(net::Router& router, SdkContext context);

}  // namespace flagstream::api
