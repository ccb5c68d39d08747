// SPDX-License-Identifier: Apache-2.0
#include "service/tags.h"

#include <utility>

#include "base/random.h"
#include "service/access.h"
#include "service/writing.h"
#include "store/query.h"

namespace flagstream::service {
namespace {

using auth::ProjectPermission;
using store::Project;
using store::Select;
using store::Tag;

constexpr std::string_view kColorUnlessGiven = "#6837FC";

AuditEntry Entry(const Tag& tag, const Project& project, std::string log, ChangeType type,
                 ChangeList changes) {
  return {.log = std::move(log) + tag.label,
          .object_type = "TAG",
          .object_id = tag.id,
          .object_uuid = tag.uuid,
          .type = type,
          .organisation = project.organisation_id,
          .project = project.id,
          .changes = std::move(changes)};
}

Tag NewTag(const TagInput& input, ProjectId project) {
  Tag tag;
  tag.uuid = NewUuid();
  tag.project_id = project.value;
  tag.label = input.label.value_or("");
  tag.color = input.color.value_or(std::string(kColorUnlessGiven));
  tag.description = input.description.value_or(std::nullopt);
  tag.is_permanent = input.is_permanent.value_or(false);
  tag.type = "NONE";
  return tag;
}

ChangeList Apply(Tag& tag, const TagInput& input) {
  ChangeList changes;
  changes.Set("label", tag.label, input.label);
  changes.Set("color", tag.color, input.color);
  changes.Set("description", tag.description, input.description);
  changes.Set("is_permanent", tag.is_permanent, input.is_permanent);
  return changes;
}

Result<void> CheckRoom(Writing& writing, ProjectId project, int64_t tags_max) {
  FLAGSTREAM_ASSIGN(
      const int64_t count,
      store::Count(writing.tx(), Select<Tag>().Where(&Tag::project_id, project.value)));
  if (count < tags_max) return {};
  return writing.Refuse(
      Limit::kTagsPerProject,
      Error(ErrorCode::kTooLarge, "The project has the largest number of tags allowed."));
}

Result<Tag> Find(store::Reader& reader, ProjectId project, TagId id) {
  FLAGSTREAM_ASSIGN(std::optional<Tag> tag, store::Get<Tag>(reader, id.value));
  if (!tag || tag->project_id != project.value) return NoMatch("Tag");
  return *std::move(tag);
}

struct HeldTag {
  Tag tag;
  Project project;
};

// To be changed: in a project that is held.
Result<HeldTag> OpenHeld(Writing& writing, const auth::Principal& caller, ProjectId project,
                         TagId id) {
  FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kManageTags));
  FLAGSTREAM_ASSIGN(Project held, writing.Hold<Project>(project.value));
  FLAGSTREAM_ASSIGN(Tag tag, Find(writing.tx(), project, id));
  return HeldTag{std::move(tag), std::move(held)};
}

Error SystemTag(std::string_view verb) {
  return {ErrorCode::kConflict, "Cannot " + std::string(verb) + " a system tag."};
}

}  // namespace

Result<PageOf<Tag>> Tags::List(const auth::Principal& caller, ProjectId project, const Page& page) {
  return Read<PageOf<Tag>>(context_, [&](store::Reader& reader) -> Result<PageOf<Tag>> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kView));
    return FindPage(reader, Select<Tag>().Where(&Tag::project_id, project.value), page);
  });
}

Result<Tag> Tags::Get(const auth::Principal& caller, ProjectId project, TagId id) {
  return Read<Tag>(context_, [&](store::Reader& reader) -> Result<Tag> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kView));
    return Find(reader, project, id);
  });
}

Result<Tag> Tags::GetByUuid(const auth::Principal& caller, ProjectId project,
                            const std::string& uuid) {
  return Read<Tag>(context_, [&](store::Reader& reader) -> Result<Tag> {
    FLAGSTREAM_TRY(OpenProject(reader, caller, project, ProjectPermission::kView));
    FLAGSTREAM_ASSIGN(
        std::optional<Tag> tag,
        store::FindOne(
            reader, Select<Tag>().Where(&Tag::project_id, project.value).Where(&Tag::uuid, uuid)));
    if (!tag) return NoMatch("Tag");
    return *std::move(tag);
  });
}

Result<Written<Tag>> Tags::Create(const auth::Principal& caller, ProjectId project,
                                  const TagInput& input) {
  return Write<Tag>(context_, &caller, [&](Writing& writing) -> Result<Tag> {
    FLAGSTREAM_TRY(OpenProject(writing.tx(), caller, project, ProjectPermission::kManageTags));
    FLAGSTREAM_ASSIGN(const Project held, writing.Hold<Project>(project.value));
    FLAGSTREAM_TRY(CheckRoom(writing, project, context_.limits.tags_per_project_max));
    Tag tag = NewTag(input, project);
    FLAGSTREAM_TRY(store::Insert(writing.tx(), tag));
    FLAGSTREAM_TRY(
        writing.Audit(Entry(tag, held, "New Tag created: ", ChangeType::kCreate, ChangeList())));
    return tag;
  });
}

Result<Written<Tag>> Tags::Update(const auth::Principal& caller, ProjectId project, TagId id,
                                  const TagInput& input) {
  return Write<Tag>(context_, &caller, [&](Writing& writing) -> Result<Tag> {
    FLAGSTREAM_ASSIGN(HeldTag held, OpenHeld(writing, caller, project, id));
    if (held.tag.is_system_tag) return SystemTag("update");
    ChangeList changes = Apply(held.tag, input);
    if (!changes.empty()) {
      FLAGSTREAM_TRY(store::Update(writing.tx(), held.tag));
      FLAGSTREAM_TRY(writing.Audit(
          Entry(held.tag, held.project, "Tag updated: ", ChangeType::kUpdate, std::move(changes))));
    }
    return std::move(held.tag);
  });
}

Result<Written<Done>> Tags::Delete(const auth::Principal& caller, ProjectId project, TagId id) {
  return Write<Done>(context_, &caller, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_ASSIGN(const HeldTag held, OpenHeld(writing, caller, project, id));
    if (held.tag.is_system_tag) return SystemTag("delete");
    FLAGSTREAM_TRY(store::Delete(writing.tx(), Select<Tag>().Where(&Tag::id, id.value)));
    FLAGSTREAM_TRY(writing.Audit(
        Entry(held.tag, held.project, "Tag deleted: ", ChangeType::kDelete, ChangeList())));
    return Done{};
  });
}

}  // namespace flagstream::service
