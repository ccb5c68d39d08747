// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/ip_address.h"

namespace flagstream::net {

// Of a connected socket; all zeros if the peer is gone.
IpAddress PeerAddress(int socket);

}  // namespace flagstream::net
