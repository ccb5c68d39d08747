// SPDX-License-Identifier: Apache-2.0
#include "wire/context.h"

#include <gtest/gtest.h>

#include <string>

namespace flagstream::wire {
namespace {

Json Parsed(std::string_view text) {
  Result<Json> json = ParseJson(text, kContextJson);
  EXPECT_TRUE(json.ok()) << text;
  return json ? *std::move(json) : Json();
}

std::string ResultOf(std::string_view context) {
  const Result<Json> result = EvaluateContext(Parsed(context));
  return result ? result->Dump() : result.error().message();
}

// Goal: values, numbers beyond int64 and metadata come out as they went in; members that are not
// known do not matter.
TEST(EvaluateContextTest, GivesOnWhatItWasGiven) {
  EXPECT_EQ(ResultOf(R"({"unknown": [], "environment": {"key": "e", "name": "E"}, "features": {
                "f": {"key": "1", "name": "f", "enabled": true, "new": {},
                      "value": 123456789012345678901234567890, "metadata": {"id": 7, "x": [1.0]}},
                "g": {"key": 2, "name": "g", "enabled": false, "value": 5.0, "metadata": {}}}})"),
            R"({"flags":{"f":{"name":"f","enabled":true,"value":123456789012345678901234567890,)"
            R"("reason":"STATIC","variant":null,"metadata":{"id":7,"x":[1.0]}},)"
            R"("g":{"name":"g","enabled":false,"value":5.0,"reason":"STATIC","variant":null}},)"
            R"("segments":[]})");
}

// Goal: a context that is none is refused with the member that is wrong.
TEST(EvaluateContextTest, RefusesWhatIsNoContext) {
  const auto refuses = [](std::string_view context, std::string_view member) {
    EXPECT_EQ(ResultOf(context), "The context's member \"" + std::string(member) +
                                     "\" is missing or has the wrong type.")
        << context;
  };
  refuses("[]", "context");
  refuses("{}", "environment");
  refuses(R"({"environment": {}})", "key");
  const auto with = [](std::string_view rest) {
    return R"({"environment": {"key": "e", "name": ""}, )" + std::string(rest) + "}";
  };
  refuses(with(R"("identity": 5)"), "identity");
  refuses(with(R"("identity": {"key": "k"})"), "identifier");
  refuses(with(R"("segments": [])"), "segments");
  refuses(with(R"("segments": {"1": {"key": "1", "name": "s", "rules": [{"type": "SOME"}]}})"),
          "type");
  refuses(with(R"("features": {"f": {"key": "1", "name": "f"}})"), "enabled");
  refuses(with(R"("features": {"f": {"key": "1", "name": "f", "enabled": true, "value": 1,
                                     "variants": [{"value": 1, "weight": "30"}]}})"),
          "weight");
}

}  // namespace
}  // namespace flagstream::wire
