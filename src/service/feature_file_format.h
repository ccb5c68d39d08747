// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "flags/value.h"

// The file in which features go from one environment to another: the reference's JSON.
namespace flagstream::service {

inline constexpr size_t kFeatureFileBytesMax = 1'000'000;

struct FiledOption {
  flags::FlagValue value;
  double percentage = 0;
  double default_percentage = 0;
};

struct FiledFeature {
  std::string name;
  bool default_enabled = false;
  bool is_server_key_only = false;
  std::optional<std::string> initial_value;
  flags::FlagValue value;
  bool enabled = false;
  std::vector<FiledOption> options;
};

std::string EncodeFeatureFile(const std::vector<FiledFeature>& features);
// kInvalidArgument in the field "file" with a sentence that says which feature is wrong, also where
// two have the same name.
Result<std::vector<FiledFeature>> ParseFeatureFile(std::string_view text);

}  // namespace flagstream::service
