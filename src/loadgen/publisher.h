// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "loadgen/http_client.h"

namespace flagstream::loadgen {

// Makes a change of the environment, each time it is asked.
class Publisher {
 public:
  virtual ~Publisher() = default;
  virtual Result<> Publish() = 0;
};

// POST /sse/environments/KEY/queue-change with the present time, as Flagsmith does.
std::unique_ptr<Publisher> MakeQueueChangePublisher(HttpClient client, std::string environment_key,
                                                    std::string token);

// Switches the first feature of the environment on and off by the Admin API.
Result<std::unique_ptr<Publisher>> MakeAdminPublisher(HttpClient client,
                                                      std::string environment_key,
                                                      std::string token);

}  // namespace flagstream::loadgen
