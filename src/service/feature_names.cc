// SPDX-License-Identifier: Apache-2.0
#include "service/feature_names.h"

#include <algorithm>
#include <optional>

#include "flags/regex.h"

namespace flagstream::service {

std::string FoldFeatureName(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return folded;
}

std::string FeatureNameProblem(const store::Project& project, std::string_view name) {
  if (!project.feature_name_regex) return {};
  const std::optional<flags::Regex> pattern = flags::Regex::Compile(*project.feature_name_regex);
  if (pattern && pattern->MatchesWhole(name)) return {};
  return "Feature name must match regex: " + *project.feature_name_regex;
}

}  // namespace flagstream::service
