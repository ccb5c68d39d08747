// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/register_sdk.h"

#include <utility>

#include "api/sdk/analytics.h"
#include "api/sdk/bulk_identities.h"
#include "api/sdk/environment_document.h"
#include "api/sdk/flags.h"
#include "api/sdk/identities.h"
#include "api/sdk/traits.h"

namespace flagstream::api {

net::Handler Bind(SdkContext context, SdkEndpoint endpoint) {
  return [context, endpoint](net::Request request, net::Responder responder) {
    endpoint(context, std::move(request), std::move(responder));
  };
}

void RegisterSdk(net::Router& router, SdkContext context) {
  RegisterFlags(router, context);
  RegisterIdentities(router, context);
  RegisterTraits(router, context);
  RegisterEnvironmentDocument(router, context);
  RegisterAnalytics(router, context);
  RegisterBulkIdentities(router, context);
}

}  // namespace flagstream::api
