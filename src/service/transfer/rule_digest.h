// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "service/transfer/bundle.h"
#include "store/records.h"
#include "store/store.h"

namespace flagstream::service {

// The rules of segments as texts: equal if and only if the rules match the same identities by the
// same words.
class RuleDigests {
 public:
  static Result<RuleDigests> Of(const Bundle& bundle);
  static Result<RuleDigests> Of(store::Reader& reader, const std::vector<store::Segment>& segments);

  const std::string& Of(int64_t segment) const;

 private:
  RuleDigests(std::vector<store::SegmentRule> rules,
              std::vector<store::SegmentCondition> conditions);

  std::unordered_map<int64_t, std::string> texts_;
};

}  // namespace flagstream::service
