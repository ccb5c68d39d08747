// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "net/router.h"

namespace flagstream::api {

// What /version/ tells a dashboard about this installation.
struct InstallationState {
  bool has_users = false;  // none: the dashboard shows its first-run page
  bool has_logins = false;
};

// What the operators' endpoints of one shard tell. The functions are called on the shard and must
// not block.
struct OpsContext {
  std::function<bool()> is_ready;
  std::function<std::string()> metrics_text;  // in Prometheus' text format
  std::function<InstallationState()> installation;
  std::string program_version;
};

// Adds health, readiness, version, metrics, the plain page at "/" and robots.txt. With an address
// of their own for operators the router is that server's.
void RegisterOps(net::Router& router, const OpsContext& context);
// The same without metrics, for the public address when metrics have their own.
void RegisterHealth(net::Router& router, const OpsContext& context);

}  // namespace flagstream::api
