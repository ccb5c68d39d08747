// SPDX-License-Identifier: Apache-2.0
#include "api/sse/register_sse.h"

#include <string_view>
#include <utility>

#include "api/answers.h"
#include "api/errors.h"
#include "api/sse/identity_stream.h"

namespace flagstream::api {
namespace {

// Whether a client that was told a wrong address looks for its stream here.
bool LooksForStream(const net::Request& request) {
  if (request.method() != net::Method::kGet) return false;
  std::string_view path = request.path();
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.starts_with("/sse/") || path.ends_with("/stream");
}

}  // namespace

void RegisterSse(net::Router& router, StreamContext context, replica::ShardReplica& replica) {
  RegisterSse(router, context, EnvironmentsOf(replica));
  RegisterIdentityStream(router, context, replica);
}

void RegisterSse(net::Router& router, StreamContext context, FindEnvironment find_environment) {
  router.SetNotFound(
      [&router, &random = context.random](const net::Request& request, net::Responder responder) {
        net::Response response = router.fallbacks().not_found(request);
        if (!LooksForStream(request)) return responder.Send(std::move(response));
        AnswerLater(random, EmptyAnswer(404), std::move(responder));
      });
  RegisterEnvironmentStream(router, context, std::move(find_environment));
}

}  // namespace flagstream::api
