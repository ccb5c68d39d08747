// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/entity_tag.h"

#include "api/header_list.h"

namespace flagstream::api {

bool NamesEntityTag(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  while (!if_none_match.empty()) {
    std::string_view tag = TakeListElement(if_none_match);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == etag) return true;
  }
  return false;
}

}  // namespace flagstream::api
