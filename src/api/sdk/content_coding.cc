// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/content_coding.h"

#include <optional>

#include "api/header_list.h"

namespace flagstream::api {
namespace {

// A weight of 0 to 1000 thousandths (RFC 9110, 12.4.2); nothing if `text` is none.
std::optional<int> ParseWeight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int weight = (text[0] - '0') * 1000;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  int unit = 100;
  for (size_t i = 2; i < text.size(); ++i, unit /= 10) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    weight += (text[i] - '0') * unit;
  }
  if (weight > 1000) return std::nullopt;
  return weight;
}

struct Coding {
  std::string_view name;
  int weight = 1000;
};

// One element of the list: "gzip" or "gzip;q=0.5".
std::optional<Coding> ParseCoding(std::string_view element) {
  const size_t semicolon = element.find(';');
  Coding coding{.name = TrimBlanks(element.substr(0, semicolon))};
  if (coding.name.empty()) return std::nullopt;
  if (semicolon == std::string_view::npos) return coding;
  const std::string_view parameter = TrimBlanks(element.substr(semicolon + 1));
  if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') {
    return std::nullopt;
  }
  const std::optional<int> weight = ParseWeight(parameter.substr(2));
  if (!weight) return std::nullopt;
  coding.weight = *weight;
  return coding;
}

}  // namespace

bool PrefersGzip(std::string_view accept_encoding) {
  std::optional<int> gzip;
  std::optional<int> any;
  int identity = 0;  // unless it is named, plain is what we send for want of better
  while (!accept_encoding.empty()) {
    const std::optional<Coding> coding = ParseCoding(TakeListElement(accept_encoding));
    if (!coding) continue;
    if (EqualsIgnoringCase(coding->name, "gzip") || EqualsIgnoringCase(coding->name, "x-gzip")) {
      gzip = coding->weight;
    } else if (EqualsIgnoringCase(coding->name, "identity")) {
      identity = coding->weight;
    } else if (coding->name == "*") {
      any = coding->weight;
    }
  }
  const int weight = gzip ? *gzip : any.value_or(0);
  return weight > 0 && weight >= identity;
}

}  // namespace flagstream::api
