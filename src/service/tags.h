// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

struct TagInput {
  Given<std::string> label;  // required for a new one
  Given<std::string> color;
  Given<std::optional<std::string>> description;
  Given<bool> is_permanent;
};

// The use cases of tags: labels of a project that its features may carry. They are nothing to
// clients, so no write stamps. System tags are made by the system alone: changing or deleting one
// is a kConflict.
class Tags {
 public:
  explicit Tags(const Context& context) : context_(context) {}

  Result<PageOf<store::Tag>> List(const auth::Principal& caller, ProjectId project,
                                  const Page& page);
  Result<store::Tag> Get(const auth::Principal& caller, ProjectId project, TagId id);
  Result<store::Tag> GetByUuid(const auth::Principal& caller, ProjectId project,
                               const std::string& uuid);

  Result<Written<store::Tag>> Create(const auth::Principal& caller, ProjectId project,
                                     const TagInput& input);
  Result<Written<store::Tag>> Update(const auth::Principal& caller, ProjectId project, TagId id,
                                     const TagInput& input);
  // Features lose it.
  Result<Written<Done>> Delete(const auth::Principal& caller, ProjectId project, TagId id);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
