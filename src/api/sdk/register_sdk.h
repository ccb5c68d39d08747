// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sdk/sdk_context.h"
#include "net/router.h"

namespace flagstream::api {

using SdkEndpoint = void (*)(const SdkContext&, net::Request, net::Responder);
net::Handler Bind(SdkContext context, SdkEndpoint endpoint);

// Adds every route that SDKs call, old releases included.
void RegisterSdk(net::Router& router, SdkContext context);

}  // namespace flagstream::api
