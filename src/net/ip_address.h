// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace flagstream::net {

// An IPv4 or IPv6 address. IPv4 is kept in its IPv6 form (::ffff:a.b.c.d), so both compare alike
// whichever kind of socket they came from.
struct IpAddress {
  // Takes "192.0.2.1", "2001:db8::1" and "fe80::1%eth0", whose zone is dropped.
  static std::optional<IpAddress> Parse(std::string_view text);

  // Of the four bytes of an IPv4 address in network order.
  static IpAddress FromV4(const void* four_bytes);

  bool IsV4() const;
  // IPv4 as four decimals, IPv6 in its short form.
  std::string ToString() const;

  bool operator==(const IpAddress&) const = default;

  std::array<uint8_t, 16> bytes{};
};

// Networks, for "is this one of my proxies?". Constant after construction.
class IpNetworks {
 public:
  IpNetworks() = default;
  // Of "10.0.0.0/8", "2001:db8::/32" or a single address each; names the first that is none.
  static Result<IpNetworks> Parse(const std::vector<std::string>& texts);

  bool Contain(const IpAddress& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    IpAddress address;
    int prefix_bits = 128;
  };

  std::vector<Network> networks_;
};

}  // namespace flagstream::net
