// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "flags/environment.h"
#include "service/context.h"
#include "service/paging.h"
#include "service/written.h"
#include "store/records.h"

namespace flagstream::service {

// A new environment needs a name; without an api_key it is given one.
struct EnvironmentInput {
  Given<std::string> name;
  Given<std::string> api_key;
  Given<std::optional<std::string>> description;
  Given<std::optional<int64_t>> minimum_change_request_approvals;
  Given<bool> allow_client_traits;
  Given<std::optional<std::string>> banner_text;
  Given<std::optional<std::string>> banner_colour;
  Given<std::optional<bool>> hide_disabled_flags;
  Given<bool> use_identity_composite_key_for_hashing;
  Given<bool> hide_sensitive_data;
  Given<bool> use_identity_overrides_in_local_eval;
};

struct EnvironmentDetails {
  store::Environment environment;
  int64_t total_segment_overrides = 0;
};

// How much there is in an environment.
struct EnvironmentMetrics {
  int64_t features = 0;
  int64_t enabled_features = 0;
  int64_t segment_overrides = 0;
};

// The use cases of environments. They are named by their client key, as in the paths of the API.
class Environments {
 public:
  explicit Environments(const Context& context) : context_(context) {}

  // Those the caller may see, for any member of the organisation.
  Result<PageOf<store::Environment>> List(const auth::Principal& caller, ProjectId project,
                                          const Page& page);
  // The same for one who may see the project.
  Result<std::vector<store::Environment>> ListAll(const auth::Principal& caller, ProjectId project);
  Result<store::Environment> Get(const auth::Principal& caller, const std::string& key);
  Result<EnvironmentDetails> GetDetails(const auth::Principal& caller, const std::string& key);
  Result<store::Environment> GetByUuid(const auth::Principal& caller, const std::string& uuid);
  Result<EnvironmentMetrics> Metrics(const auth::Principal& caller, const std::string& key);
  // What clients that evaluate themselves are served.
  Result<flags::Environment> Document(const auth::Principal& caller, const std::string& key);

  // With a default state for every feature of the project.
  Result<Written<store::Environment>> Create(const auth::Principal& caller, ProjectId project,
                                             const EnvironmentInput& input);
  // A copy with its settings, default states and segment overrides under a new key; without
  // identities and server keys.
  Result<Written<store::Environment>> Clone(const auth::Principal& caller, const std::string& key,
                                            const std::string& name);
  Result<Written<store::Environment>> Update(const auth::Principal& caller, const std::string& key,
                                             const EnvironmentInput& input);
  Result<Written<Done>> Delete(const auth::Principal& caller, const std::string& key);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
