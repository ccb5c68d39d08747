// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "flags/context.h"

namespace flagstream::flags {

// The root that JSONPaths start from: the context's document, made of the context if there is none,
// with its identity and flags as live parts.
ContextNode RootOf(const Context& context);

// An identity as JSONPaths see it. Borrows from it.
ContextNode NodeOf(const ContextIdentity& identity);

}  // namespace flagstream::flags
