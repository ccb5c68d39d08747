// SPDX-License-Identifier: Apache-2.0
#include "server/greeting.h"

#include <fmt/format.h>

#include "service/demo_data.h"

namespace flagstream::server {
namespace {

std::string Credentials(const service::FirstStartReport& report) {
  if (!report.created_admin) return "";
  const std::string given = "(as given)";
  return fmt::format(
      "\nFirst start. This is shown once:\n  admin e-mail:    {}\n  admin password:  {}\n  admin "
      "token:     {}\n",
      report.email, report.generated_password.value_or(given),
      report.generated_token.value_or(given));
}

std::string DemoToken(const GreetingFacts& facts) {
  if (facts.first_start.generated_token) return *facts.first_start.generated_token;
  return facts.admin_token.value_or("TOKEN");
}

std::string Demo(const GreetingFacts& facts) {
  if (!facts.demo_feature_state) return "";
  const std::string_view key = service::kDemoDevelopmentKey;
  const std::string token = DemoToken(facts);
  std::string text = fmt::format(
      "\nDemo keys:         {0} and {1} (clients), ser.{0} and ser.{1} (servers)\n\nTry it, in two "
      "terminals:\n"
      "  curl -N {2}/sse/environments/{0}/stream\n"
      "  curl -X PATCH -H 'Authorization: Token {3}' -H 'Content-Type: application/json' -d "
      "'{{\"enabled\": false}}' "
      "{2}/api/v1/environments/{0}/featurestates/{4}/\n"
      "  curl -H 'X-Environment-Key: {0}' {2}/api/v1/flags/\n",
      key, service::kDemoProductionKey, facts.url, token, *facts.demo_feature_state);
  if (token == "TOKEN") {
    text += fmt::format(
        "The token was shown at the first start. A new one, while the server is stopped:\n"
        "  flagstream user new-token {} --data {}\n",
        facts.first_start.email.empty() ? "EMAIL" : facts.first_start.email, facts.data_folder);
  }
  return text;
}

}  // namespace

std::string Greeting(const GreetingFacts& facts) {
  return fmt::format("listening on {}\n", facts.url) + Credentials(facts.first_start) + Demo(facts);
}

}  // namespace flagstream::server
