// SPDX-License-Identifier: Apache-2.0
#include "net/client_address.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "net/ascii.h"

namespace flagstream::net {
namespace {

// The elements of a comma-separated header that may stand on several lines. Commas inside quotes
// do not occur in addresses.
std::vector<std::string_view> Elements(const std::vector<std::string_view>& lines) {
  std::vector<std::string_view> elements;
  for (std::string_view line : lines) {
    while (true) {
      const size_t comma = line.find(',');
      elements.push_back(TrimBlanks(line.substr(0, comma)));
      if (comma == std::string_view::npos) break;
      line.remove_prefix(comma + 1);
    }
  }
  return elements;
}

// The value of `for` in one element of Forwarded: for="[2001:db8::1]:4711";proto=http
std::string_view ForOf(std::string_view element) {
  while (!element.empty()) {
    const size_t semicolon = element.find(';');
    const std::string_view pair = TrimBlanks(element.substr(0, semicolon));
    if (EqualsIgnoringCase(pair.substr(0, 4), "for=")) {
      std::string_view value = pair.substr(4);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
    if (semicolon == std::string_view::npos) break;
    element.remove_prefix(semicolon + 1);
  }
  return {};
}

// An address with or without port: 192.0.2.1, 192.0.2.1:80, 2001:db8::1, [2001:db8::1]:80.
std::optional<IpAddress> ParseNode(std::string_view text) {
  if (text.starts_with('[')) return IpAddress::Parse(text.substr(1, text.find(']') - 1));
  if (std::count(text.begin(), text.end(), ':') == 1) text = text.substr(0, text.find(':'));
  return IpAddress::Parse(text);
}

// What the proxies report, the nearest last.
std::vector<std::string_view> ReportedNodes(const Request& request) {
  std::vector<std::string_view> nodes = Elements(request.Headers("X-Forwarded-For"));
  if (!nodes.empty()) return nodes;
  nodes = Elements(request.Headers("Forwarded"));
  std::transform(nodes.begin(), nodes.end(), nodes.begin(), ForOf);
  return nodes;
}

}  // namespace

IpAddress ClientAddress(const IpAddress& peer, const Request& request, const IpNetworks& trusted) {
  IpAddress client = peer;
  if (!trusted.Contain(peer)) return client;
  const std::vector<std::string_view> nodes = ReportedNodes(request);
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    const std::optional<IpAddress> address = ParseNode(*node);
    if (!address) break;
    client = *address;
    if (!trusted.Contain(client)) break;
  }
  return client;
}

}  // namespace flagstream::net
