// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.h"

namespace flagstream::wire {

// The JSON body that tells a client of `error`, in the reference's shapes:
//   no fields                     {"detail": sentence}
//   field "name"                  {"name": [sentences]}
//   field "" (the whole object)   {"non_field_errors": [sentences]}
//   field "traits.1.trait_key"    {"traits": [{}, {"trait_key": [sentences]}]}
//   field "0.name"                [{"name": [sentences]}]
// A field with an empty sentence is fine; it makes a list as long as the client's.
std::string EncodeErrorBody(const Error& error);

}  // namespace flagstream::wire
