// SPDX-License-Identifier: Apache-2.0
#include "api/admin/endpoints.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "api/admin/credentials.h"
#include "api/admin/multipart.h"
#include "api/answers.h"
#include "api/errors.h"
#include "api/media_type.h"
#include "base/assert.h"
#include "service/master_keys.h"
#include "service/tokens.h"

namespace flagstream::api {
namespace {

net::Response ToResponse(const Result<Reply>& reply) {
  if (!reply) return ErrorAnswer(reply.error());
  return reply->body.empty() ? EmptyAnswer(reply->status) : JsonAnswer(reply->status, reply->body);
}

net::Response Throttled(std::chrono::seconds wait) {
  const Error error(ErrorCode::kTooManyRequests, "Request was throttled. Expected available in " +
                                                     std::to_string(wait.count()) + " second" +
                                                     (wait.count() == 1 ? "." : "s."));
  return ErrorAnswer(error, wait);
}

std::string BaseUrl(const net::Request& request, const std::string& public_url) {
  if (!public_url.empty()) return public_url;
  return "http://" + std::string(request.Header("Host").value_or("localhost"));
}

bool HasBody(net::Method method) {
  return method == net::Method::kPost || method == net::Method::kPut ||
         method == net::Method::kPatch || method == net::Method::kDelete;
}

Result<wire::Json> ReadBody(const net::Request& request) {
  if (!HasBody(request.method())) return wire::Json(wire::Json::Object());
  return wire::ParseJson(JsonTextOf(request));
}

Result<wire::Json> ReadForm(const net::Request& request) {
  return ParseMultipart(request.Header("Content-Type").value_or(""), request.body());
}

Result<auth::Principal> Authenticate(const service::Context& context,
                                     const Credentials& credentials) {
  switch (credentials.kind) {
    case Credentials::Kind::kUserToken:
      return service::Authenticate(context, credentials.text);
    case Credentials::Kind::kMasterKey:
      return service::AuthenticateMasterKey(context, credentials.text);
  }
  FLAGSTREAM_UNREACHABLE();
}

}  // namespace

struct Endpoints::Endpoint {
  const AdminContext& context;
  Kind kind;
  Action action;

  bool HashesPassword() const {
    return kind == Kind::kUserWithPassword || kind == Kind::kOpenWithPassword;
  }
  bool TakesForm(const net::Request& form) const {
    return kind == Kind::kUserForm && IsMultipart(form.Header("Content-Type").value_or(""));
  }
};

// One request on its way: from the shard to a worker and back.
struct Endpoints::Exchange {
  std::shared_ptr<const Endpoint> endpoint;
  net::Request request;
  net::Responder responder;

  void Send(net::Response response) { responder.Send(std::move(response)); }

  // On a worker.
  Result<Reply> Do() const {
    service::UseCases& use_cases = endpoint->context.use_cases;
    auth::Principal caller;
    std::string token;
    if (endpoint->kind != Kind::kOpenWithPassword) {
      FLAGSTREAM_ASSIGN(Credentials credentials, ReadCredentials(request));
      FLAGSTREAM_ASSIGN(caller, Authenticate(use_cases.context, credentials));
      token = std::move(credentials.text);
    }
    FLAGSTREAM_ASSIGN(const wire::Json body,
                      endpoint->TakesForm(request) ? ReadForm(request) : ReadBody(request));
    const std::string base_url = BaseUrl(request, endpoint->context.public_url);
    return endpoint->action(Call{request, use_cases, caller, token, body, base_url});
  }

  // Who reads after writing reads what was written: the answer waits for the shards.
  static void Finish(const std::shared_ptr<Exchange>& exchange) {
    Result<Reply> reply = exchange->Do();
    net::Response response = ToResponse(reply);
    if (!reply || reply->changes.empty()) return exchange->Send(std::move(response));
    Executor& shard = exchange->responder.shard();
    exchange->endpoint->context.when_served(
        std::move(reply->changes), shard,
        [exchange, held = std::move(response)]() mutable { exchange->Send(std::move(held)); });
  }

  static void Start(const std::shared_ptr<Exchange>& exchange) {
    const Endpoint& endpoint = *exchange->endpoint;
    if (!endpoint.TakesForm(exchange->request)) {
      if (std::optional<net::Response> refusal = RefuseMediaType(exchange->request))
        return exchange->Send(*std::move(refusal));
    }
    if (endpoint.kind == Kind::kOpenWithPassword) {
      if (const auto wait = endpoint.context.logins.Admit(exchange->request.client_address())) {
        return exchange->Send(Throttled(*wait));
      }
    }
    const AdminWorkers& workers =
        endpoint.HashesPassword() ? endpoint.context.hash_workers : endpoint.context.workers;
    if (workers([exchange] { Finish(exchange); })) return;
    exchange->Send(ErrorAnswer(Error::Unavailable("the workers have too much to do")));
  }
};

void Endpoints::Update(std::string_view path, const Action& action) {
  Put(path, action);
  Patch(path, action);
}

void Endpoints::Add(net::Method method, std::string_view path, Action action, Kind kind) {
  const std::shared_ptr<const Endpoint> endpoint =
      std::make_shared<const Endpoint>(Endpoint{context_, kind, std::move(action)});
  const std::string prefix = path.starts_with('/') ? "" : "/api/v1/";
  router_.Add(method, prefix + std::string(path),
              [endpoint](net::Request request, net::Responder responder) {
                Exchange::Start(std::make_shared<Exchange>(
                    Exchange{endpoint, std::move(request), std::move(responder)}));
              });
}

}  // namespace flagstream::api
