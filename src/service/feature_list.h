// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "service/paging.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// Which features of a project, and in which order.
struct FeatureFilter {
  std::optional<std::string> search = {};  // part of the name, case ignored
  std::optional<bool> is_archived = {};
  std::optional<std::string> type = {};
  // Those that carry all of them, or any of them; if empty, those that carry none.
  std::optional<std::vector<int64_t>> tags = {};
  bool any_tag = false;
  std::vector<int64_t> owners = {};  // any of them; empty: whoever

  // Shows each feature's default state there.
  std::optional<EnvironmentId> environment = {};
  // Of that default state; both need an environment.
  std::optional<bool> is_enabled = {};
  std::optional<std::string> value_search = {};

  bool sort_by_name = false;  // else by date of creation
  bool descending = false;
  // What these override comes first, whatever the order; a segment needs an environment.
  std::optional<SegmentId> segment = {};
  std::optional<IdentityId> identity = {};
};

// Reads all features of the project, which are of a bounded number, whatever the page.
Result<PageOf<store::Feature>> FindFeatures(store::Reader& reader, ProjectId project,
                                            const FeatureFilter& filter, const Page& page);

}  // namespace flagstream::service
