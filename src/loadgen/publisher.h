// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "loadgen/http_client.h"

namespace flagstream::loadgen {

// Makes a change of the environment, each time it is asked. Blocks, ten seconds at most per call.
class Publisher {
 public:
  virtual ~Publisher() = default;
  // Sends the request alone, so that streams are read while the server is still telling them.
  virtual Result<> Send() = 0;
  // Waits for its answer; an error if the server refused. Once per Send.
  virtual Result<> Confirm() = 0;
};

// POST /sse/environments/KEY/queue-change with the present time, as Flagsmith does.
std::unique_ptr<Publisher> MakeQueueChangePublisher(HttpClient client, std::string environment_key,
                                                    std::string token);

// Switches the first feature of the environment on and off by the Admin API.
Result<std::unique_ptr<Publisher>> MakeAdminPublisher(HttpClient client,
                                                      std::string environment_key,
                                                      std::string token);

}  // namespace flagstream::loadgen
