// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/register_sdk.h"
#include "net/router.h"

namespace flagstream::api {

// GET environment-document/: everything local evaluation needs, for server keys only. One page,
// since most SDKs follow no links.
void RegisterEnvironmentDocument(net::Router& router, SdkContext context);

}  // namespace flagstream::api
