// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "api/admin/call.h"
#include "base/result.h"
#include "net/request.h"
#include "service/paging.h"
#include "wire/json.h"

// Lists in pages, as the reference has them.
namespace flagstream::api {

// Rows on a page unless the request says otherwise.
inline constexpr int64_t kShortPage = 10;
inline constexpr int64_t kLongPage = 999;

// `page` and `page_size` of the query. kNotFound "Invalid page." unless the page is a positive
// number; a size that is none is not taken notice of, one that is too large is cut.
Result<service::Page> ReadPage(const net::Request& request, int64_t size);

// The link to another page of the same list: all other parameters stay.
std::string PageLink(const Call& call, int64_t number);

// {"count", "next", "previous", "results"}.
Reply PagedReply(const Call& call, const service::Page& page, int64_t count,
                 wire::Json::Array results);

// The same with each item made into JSON by `encode`.
template <class T, class Encode>
Reply PagedReply(const Call& call, const service::Page& page, const service::PageOf<T>& list,
                 const Encode& encode) {
  wire::Json::Array results;
  results.reserve(list.items.size());
  for (const T& item : list.items) results.push_back(encode(item));
  return PagedReply(call, page, list.count, std::move(results));
}

// A bare array.
template <class T, class Encode>
Reply ListReply(const std::vector<T>& items, const Encode& encode) {
  wire::Json::Array results;
  results.reserve(items.size());
  for (const T& item : items) results.push_back(encode(item));
  return JsonReply(wire::Json(std::move(results)));
}

}  // namespace flagstream::api
