// SPDX-License-Identifier: Apache-2.0
#include "service/feature_tags.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "store/query.h"

namespace flagstream::service {
namespace {

using store::FeatureTag;
using store::Project;
using store::Select;

// They must be of the project, so that nobody learns of foreign ones.
Result<void> CheckTags(store::Reader& reader, const Project& project,
                       const std::vector<int64_t>& tags) {
  for (const int64_t id : tags) {
    FLAGSTREAM_ASSIGN(const std::optional<store::Tag> tag, store::Get<store::Tag>(reader, id));
    if (tag && tag->project_id == project.id) continue;
    return Error::InvalidField(
        "tags", "Invalid pk \"" + std::to_string(id) + "\" - object does not exist.");
  }
  return {};
}

wire::Json ListJson(const std::set<int64_t>& ids) {
  wire::Json::Array list;
  for (const int64_t id : ids) list.emplace_back(id);
  return {std::move(list)};
}

}  // namespace

Result<void> SetFeatureTags(Writing& writing, const Project& project, int64_t feature,
                            const std::vector<int64_t>& tags, ChangeList& changes) {
  FLAGSTREAM_TRY(CheckTags(writing.tx(), project, tags));
  FLAGSTREAM_ASSIGN(
      const std::vector<FeatureTag> rows,
      store::Find(writing.tx(), Select<FeatureTag>().Where(&FeatureTag::feature_id, feature)));
  std::set<int64_t> before;
  for (const FeatureTag& row : rows) before.insert(row.tag_id);
  const std::set<int64_t> after(tags.begin(), tags.end());
  if (before == after) return {};
  for (const FeatureTag& row : rows) {
    if (after.contains(row.tag_id)) continue;
    FLAGSTREAM_TRY(
        store::Delete(writing.tx(), Select<FeatureTag>().Where(&FeatureTag::id, row.id)));
  }
  for (const int64_t tag : after) {
    if (before.contains(tag)) continue;
    FeatureTag row;
    row.feature_id = feature;
    row.tag_id = tag;
    FLAGSTREAM_TRY(store::Insert(writing.tx(), row));
  }
  changes.Note("tags", ListJson(before), ListJson(after));
  return {};
}

}  // namespace flagstream::service
