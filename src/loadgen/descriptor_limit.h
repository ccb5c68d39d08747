// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flagstream::loadgen {

// A connection needs a descriptor: takes as many as this process may have.
void RaiseDescriptorLimit();

}  // namespace flagstream::loadgen
