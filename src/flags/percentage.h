// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace flagstream::flags {

// The percentage that two ids joined by a comma fall on, from 0 up to but without 100: the same in
// every Flagsmith client and server, which is what keeps identities where they are.
double HashPercentage(std::string_view first_id, std::string_view second_id);

}  // namespace flagstream::flags
