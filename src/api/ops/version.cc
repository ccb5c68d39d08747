// SPDX-License-Identifier: Apache-2.0
#include "api/ops/version.h"

#include <string>

#include "api/answers.h"
#include "wire/json.h"

namespace flagstream::api {
namespace {

std::string EncodeVersion(const InstallationState& installation,
                          const std::string& program_version) {
  using wire::Json;
  return Json(Json::Object{
                  {"ci_commit_sha", "unknown"},
                  {"image_tag", kApiLevel},
                  {"has_email_provider", false},
                  {"is_enterprise", false},
                  {"is_saas", false},
                  {"self_hosted_data", Json::Object{{"has_users", installation.has_users},
                                                    {"has_logins", installation.has_logins}}},
                  {"package_versions", Json::Object{{".", kApiLevel}}},
                  {"flagstream_version", program_version}})
      .Dump();
}

}  // namespace

void AddVersionRoute(net::Router& router, const OpsContext& context) {
  router.Add(net::Method::kGet, "/version/",
             [installation = context.installation, program_version = context.program_version](
                 const net::Request&, net::Responder responder) {
               responder.Send(JsonAnswer(200, EncodeVersion(installation(), program_version)));
             });
}

}  // namespace flagstream::api
