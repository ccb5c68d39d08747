// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// GET and POST identities/: the flags of one identity, and its traits. GET identities/<identifier>/
// and GET flags/<identifier> are how old releases ask.
void RegisterIdentities(net::Router& router, SdkContext context);

}  // namespace flagstream::api
