// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// The endpoints that store traits and evaluate nothing: POST traits/ (iOS, Flutter), and those of
// old releases: PUT traits/bulk/, POST traits/increment-value/, POST
// identities/<identifier>/traits/<key>. None carries a stamp: the client has fetched no flags.
void RegisterTraits(net::Router& router, SdkContext context);

}  // namespace flagstream::api
