// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "net/ip_address.h"
#include "net/request.h"

namespace flagstream::net {

// Whose request it is. The peer itself; or, if that is one of `trusted` proxies, what they report:
// the list of X-Forwarded-For, or without that header of Forwarded, is followed from its right end
// through trusted addresses to the first that is not trusted. Whatever stands left of it may be
// invented by the client, as is an entry that is no address; there the walk ends, at the last
// address that a trusted proxy vouched for.
//
// A proxy must set the one of the two headers it uses and drop the other one of its clients.
IpAddress ClientAddress(const IpAddress& peer, const Request& request, const IpNetworks& trusted);

}  // namespace flagstream::net
