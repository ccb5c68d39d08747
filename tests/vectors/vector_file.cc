// SPDX-License-Identifier: Apache-2.0
#include "vector_file.h"

#include <algorithm>

#include "flags/percentage.h"
#include "wire/context.h"

namespace flagstream::vectors {
namespace {

using wire::Json;

bool AreEqualObjects(const Json& a, const Json& b) {
  const Json::Object& members = *a.AsObject();
  return members.size() == b.AsObject()->size() &&
         std::ranges::all_of(members, [&](const Json::Member& member) {
           const Json* other = b.Find(member.first);
           return other != nullptr && AreEqual(member.second, *other);
         });
}

std::string Difference(std::string_view what, const Json& expected, const Json& got) {
  return std::string(what) + "\n    expected " + expected.Dump() + "\n    got      " + got.Dump();
}

std::string DifferenceOf(const Json& context, const Json& expected) {
  const Result<Json> result = wire::EvaluateContext(context);
  if (!result) return "refused: " + result.error().message();
  for (const std::string_view part : {"flags", "segments"}) {
    const Json* wanted = expected.Find(part);
    if (wanted == nullptr) return "the case says nothing about " + std::string(part);
    if (!AreEqual(*wanted, *result->Find(part))) {
      return Difference(part, *wanted, *result->Find(part));
    }
  }
  return {};
}

void RunCase(std::string name, const Json& one, std::vector<Outcome>& outcomes) {
  const Json* context = one.Find("context");
  const Json* result = one.Find("result");
  const bool complete = context != nullptr && result != nullptr;
  outcomes.push_back({std::move(name), complete ? DifferenceOf(*context, *result)
                                                : "a case needs a context and a result"});
}

void RunCases(const std::string& file_name, const Json& cases, std::vector<Outcome>& outcomes) {
  size_t index = 0;
  for (const Json& one : *cases.AsArray()) {
    const Json* name = one.Find("name");
    const bool named = name != nullptr && name->AsString() != nullptr;
    RunCase(file_name + "/" + (named ? *name->AsString() : std::to_string(index)), one, outcomes);
    ++index;
  }
}

void RunHash(const std::string& file_name, const Json& one, std::vector<Outcome>& outcomes) {
  const Json::Array& ids = *one.Find("ids")->AsArray();
  const std::string& first = *ids.at(0).AsString();
  const std::string& second = *ids.at(1).AsString();
  const Json got(flags::HashPercentage(first, second));
  const Json& expected = *one.Find("percentage");
  outcomes.push_back({file_name + "/hash of " + first + "," + second,
                      got == expected ? "" : Difference("percentage", expected, got)});
}

}  // namespace

bool AreEqual(const Json& a, const Json& b) {
  if (a.AsObject() != nullptr && b.AsObject() != nullptr) return AreEqualObjects(a, b);
  if (a.AsArray() != nullptr && b.AsArray() != nullptr) {
    return std::ranges::equal(*a.AsArray(), *b.AsArray(), AreEqual);
  }
  return a == b;
}

std::vector<Outcome> RunVectors(const std::string& file_name, const Json& file) {
  std::vector<Outcome> outcomes;
  if (file.Find("context") != nullptr) RunCase(file_name, file, outcomes);
  const Json* cases = file.Find("cases");
  if (cases != nullptr && cases->AsArray() != nullptr) RunCases(file_name, *cases, outcomes);
  const Json* hashes = file.Find("hash_vectors");
  if (hashes != nullptr && hashes->AsArray() != nullptr) {
    for (const Json& one : *hashes->AsArray()) RunHash(file_name, one, outcomes);
  }
  return outcomes;
}

}  // namespace flagstream::vectors
