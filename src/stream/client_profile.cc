// SPDX-License-Identifier: Apache-2.0
#include "stream/client_profile.h"

#include <algorithm>
#include <array>

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;

bool IsAnyone(const ClientRequest&) { return true; }

// 30 s: Ruby reads a stream only when it has ended, Flutter opens a new one every 29 s beside the
// old, React Native keeps what it read until the end. Jitter keeps streams that were opened
// together from ending together.
constexpr std::array kProfiles = {
    ClientProfile{.name = "default",
                  .is_meant = IsAnyone,
                  .limits = {.age_max = milliseconds(30'000), .age_jitter = 0.1}},
};

milliseconds OperatorsAge(milliseconds age_max) {
  return age_max < milliseconds::zero() ? kUnlimitedAge : std::max(age_max, kStreamAgeMin);
}

}  // namespace

ClientProfiles::ClientProfiles(std::optional<milliseconds> age_max)
    : age_max_(age_max ? std::optional(OperatorsAge(*age_max)) : std::nullopt) {}

StreamLimits ClientProfiles::LimitsFor(const ClientRequest& request) const {
  const auto profile = std::ranges::find_if(kProfiles, [&request](const ClientProfile& candidate) {
    return candidate.is_meant(request);
  });
  StreamLimits limits = profile->limits;
  if (age_max_) limits.age_max = *age_max_;
  return limits;
}

}  // namespace flagstream::stream
