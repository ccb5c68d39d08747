// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// GET flags/: the environment's flags, from bytes prepared with the snapshot. With ?feature= one
// flag, without the stamp.
void RegisterFlags(net::Router& router, SdkContext context);

}  // namespace flagstream::api
