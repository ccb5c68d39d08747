// SPDX-License-Identifier: Apache-2.0
#include "service/feature_names.h"

#include <algorithm>

namespace flagstream::service {

std::string FoldFeatureName(std::string_view name) {
  std::string folded(name);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return folded;
}

}  // namespace flagstream::service
