// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "service/context.h"

namespace flagstream::service {

// Nothing is billed here, so a period is a number of days.
enum class UsagePeriod {
  kCurrent,   // the last 30 days, today included
  kPrevious,  // the 30 days before
  kLast90Days
};

struct UsageFilter {
  std::optional<ProjectId> project;
  std::optional<EnvironmentId> environment;
  UsagePeriod period = UsagePeriod::kCurrent;
};

// How often SDKs asked for what on a day.
struct UsageDay {
  int64_t day = 0;  // since 1970
  int64_t flags = 0;
  int64_t identities = 0;
  int64_t traits = 0;
  int64_t environment_document = 0;
};

// What an organisation's applications used, for its administrators; from the stored counts.
class Usage {
 public:
  explicit Usage(const Context& context) : context_(context) {}

  // Ascending; days without any are left out. A project or environment of another organisation
  // used nothing.
  Result<std::vector<UsageDay>> List(const auth::Principal& caller, OrganisationId organisation,
                                     const UsageFilter& filter);
  // Requests of all kinds.
  Result<int64_t> Total(const auth::Principal& caller, OrganisationId organisation,
                        const UsageFilter& filter);

 private:
  const Context& context_;
};

}  // namespace flagstream::service
