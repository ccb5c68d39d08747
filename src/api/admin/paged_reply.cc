// SPDX-License-Identifier: Apache-2.0
#include "api/admin/paged_reply.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace flagstream::api {
namespace {

std::optional<int64_t> ParsePositive(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

// "name=value" as they were sent, without those called `page`.
std::vector<std::string> OtherParameters(std::string_view query) {
  std::vector<std::string> parameters;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!parameter.empty() && parameter.substr(0, parameter.find('=')) != "page")
      parameters.emplace_back(parameter);
  }
  return parameters;
}

}  // namespace

Result<service::Page> ReadPage(const net::Request& request, int64_t size) {
  service::Page page{1, size};
  if (const auto text = request.QueryParameter("page")) {
    const std::optional<int64_t> number = ParsePositive(*text);
    if (!number || *number > service::kPageNumberMax) return Error::NotFound("Invalid page.");
    page.number = *number;
  }
  if (const auto text = request.QueryParameter("page_size")) {
    if (const auto wanted = ParsePositive(*text))
      page.size = std::min(*wanted, service::kPageSizeMax);
  }
  return page;
}

std::string PageLink(const Call& call, int64_t number) {
  std::vector<std::string> parameters = OtherParameters(call.request.query());
  // The first page is the one that goes without saying.
  if (number > 1) parameters.push_back("page=" + std::to_string(number));
  std::sort(parameters.begin(), parameters.end());
  std::string link = call.base_url + std::string(call.request.path());
  for (size_t i = 0; i < parameters.size(); ++i) link += (i == 0 ? '?' : '&') + parameters[i];
  return link;
}

Reply PagedReply(const Call& call, const service::Page& page, int64_t count,
                 wire::Json::Array results) {
  const bool has_next = page.number * page.size < count;
  wire::Json body;
  body.Set("count", count);
  body.Set("next", has_next ? wire::Json(PageLink(call, page.number + 1)) : wire::Json());
  body.Set("previous",
           page.number > 1 ? wire::Json(PageLink(call, page.number - 1)) : wire::Json());
  body.Set("results", std::move(results));
  return JsonReply(body);
}

}  // namespace flagstream::api
