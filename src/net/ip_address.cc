// SPDX-License-Identifier: Apache-2.0
#include "net/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

namespace flagstream::net {
namespace {

constexpr std::array<uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int kV4PrefixBits = 96;

// How many bits of the 128 the number behind the slash means, if it is in range.
std::optional<int> ParsePrefix(std::string_view text, bool is_v4) {
  int bits = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (bits < 0 || bits > (is_v4 ? 32 : 128)) return std::nullopt;
  return is_v4 ? kV4PrefixBits + bits : bits;
}

bool HaveEqualBits(const IpAddress& a, const IpAddress& b, int bits) {
  const size_t whole = static_cast<size_t>(bits / 8);
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text.substr(0, text.find('%')));
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  // A zone makes sense for IPv6 only.
  if (terminated.size() != text.size()) return std::nullopt;
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) != 1) return std::nullopt;
  return FromV4(&v4);
}

IpAddress IpAddress::FromV4(const void* four_bytes) {
  IpAddress address;
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
  std::memcpy(address.bytes.data() + kV4Prefix.size(), four_bytes, 4);
  return address;
}

bool IpAddress::IsV4() const {
  return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin());
}

std::string IpAddress::ToString() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (IsV4()) {
    inet_ntop(AF_INET, bytes.data() + kV4Prefix.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
  }
  return text.data();
}

Result<IpNetworks> IpNetworks::Parse(const std::vector<std::string>& texts) {
  IpNetworks networks;
  for (const std::string& text : texts) {
    const size_t slash = text.find('/');
    const auto address = IpAddress::Parse(std::string_view(text).substr(0, slash));
    std::optional<int> prefix_bits = 128;
    if (address && slash != std::string::npos) {
      prefix_bits = ParsePrefix(std::string_view(text).substr(slash + 1), address->IsV4());
    }
    if (!address || !prefix_bits) {
      return Error(ErrorCode::kInvalidArgument,
                   "\"" + text + "\" is not an address or network such as 10.0.0.0/8");
    }
    networks.networks_.push_back({*address, *prefix_bits});
  }
  return networks;
}

bool IpNetworks::Contain(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
    return HaveEqualBits(network.address, address, network.prefix_bits);
  });
}

}  // namespace flagstream::net
