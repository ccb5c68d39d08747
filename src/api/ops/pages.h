// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/router.h"

namespace flagstream::api {

// "/": what this is, for a person who opens the address in a browser. /robots.txt: nothing here is
// to be indexed.
void AddPageRoutes(net::Router& router);

}  // namespace flagstream::api
