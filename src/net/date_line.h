// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace flagstream::net {

// The Date header line of the current second ("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), made once
// a second. On one thread.
class DateLine {
 public:
  // Valid until the next call.
  std::string_view At(std::time_t now);

 private:
  std::time_t made_at_ = -1;
  std::string line_;
};

}  // namespace flagstream::net
