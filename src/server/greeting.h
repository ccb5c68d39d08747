// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "service/first_start.h"

namespace flagstream::server {

struct GreetingFacts {
  std::string url;  // with the port that the kernel chose
  std::string data_folder;
  service::FirstStartReport first_start;
  std::optional<std::string> admin_token;     // as it was given, if it was
  std::optional<int64_t> demo_feature_state;  // set with --demo: a feature state of
                                              // demo-development to try things with
};

// What a node says on standard output once it serves: first "listening on URL", then what the
// operator is told only once (generated credentials), then how to try the demo.
std::string Greeting(const GreetingFacts& facts);

}  // namespace flagstream::server
