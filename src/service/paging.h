// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/query.h"
#include "store/store.h"

namespace flagstream::service {

// Most rows of one page, whatever the caller asks for.
inline constexpr int64_t kPageSizeMax = 999;
// Furthest page: an offset beyond is past the end of every table.
inline constexpr int64_t kPageNumberMax = 1'000'000'000;

// Which part of a list. Requires 1 <= number <= kPageNumberMax and 1 <= size <= kPageSizeMax.
struct Page {
  int64_t number = 1;
  int64_t size = 10;
};

template <class T>
struct PageOf {
  std::vector<T> items;
  int64_t count = 0;  // of the whole list
};

// kNotFound for a page past the end; the first page is there even when it is empty.
template <class Record>
Result<PageOf<Record>> FindPage(store::Reader& reader, store::Select<Record> select,
                                const Page& page) {
  FLAGSTREAM_ASSIGN(const int64_t count, store::Count(reader, select));
  const int64_t offset = (page.number - 1) * page.size;
  if (page.number > 1 && offset >= count) return Error::NotFound("Invalid page.");
  FLAGSTREAM_ASSIGN(std::vector<Record> items,
                    store::Find(reader, std::move(select).Limit(page.size, offset)));
  return PageOf<Record>{std::move(items), count};
}

// The same of a list that is in memory.
template <class T>
Result<PageOf<T>> CutPage(std::vector<T> all, const Page& page) {
  const auto count = static_cast<int64_t>(all.size());
  const int64_t offset = (page.number - 1) * page.size;
  if (page.number > 1 && offset >= count) return Error::NotFound("Invalid page.");
  all.erase(all.begin(), all.begin() + offset);
  all.resize(std::min<size_t>(all.size(), static_cast<size_t>(page.size)));
  return PageOf<T>{std::move(all), count};
}

}  // namespace flagstream::service
