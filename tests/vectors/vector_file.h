// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "wire/json.h"

namespace flagstream::vectors {

struct Outcome {
  std::string name;
  std::string difference;  // empty: passed
};

// Whether two JSON values are equal, their members in any order.
bool AreEqual(const wire::Json& a, const wire::Json& b);

// Runs what a file holds: one case `{context, result}` named after the file, or `cases` and
// `hash_vectors`. Nothing if it holds neither.
std::vector<Outcome> RunVectors(const std::string& file_name, const wire::Json& file);

}  // namespace flagstream::vectors
