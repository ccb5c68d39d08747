// SPDX-License-Identifier: Apache-2.0
#include "wire/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

#include "base/random.h"

namespace flagstream::wire {
namespace {

// Goal: what is parsed and what is written means exactly the same, numbers to the last bit, and
// everything that is not JSON is refused with the place.

Json Parsed(std::string_view text) {
  Result<Json> json = ParseJson(text);
  EXPECT_TRUE(json.ok()) << text << ": " << (json ? "" : json.error().message());
  return json ? *std::move(json) : Json();
}

std::string Refusal(std::string_view text) {
  const Result<Json> json = ParseJson(text);
  if (json) return "accepted as " + json->Dump();
  EXPECT_EQ(json.error().code(), ErrorCode::kInvalidArgument);
  return json.error().message();
}

std::string DoubleText(double value) {
  std::string text;
  AppendJsonDouble(text, value);
  return text;
}

TEST(JsonParseTest, KeepsTypesAndOrder) {
  const Json json = Parsed(R"( {"b": [1, 1.0, -0, true, null], "a": {"x": "y"}, "": ""} )");
  const Json expected(Json::Object{
      {"b", Json::Array{1, 1.0, 0, true, Json()}}, {"a", Json::Object{{"x", "y"}}}, {"", ""}});
  EXPECT_EQ(json, expected);
  EXPECT_EQ(json.Dump(), R"({"b":[1,1.0,0,true,null],"a":{"x":"y"},"":""})");
}

TEST(JsonParseTest, TellsIntegersFromFloats) {
  EXPECT_NE(Parsed("5").AsInteger(), nullptr);
  EXPECT_NE(Parsed("5.0").AsDouble(), nullptr);
  EXPECT_NE(Parsed("5e0").AsDouble(), nullptr);
  EXPECT_NE(Json(5), Json(5.0));
}

TEST(JsonParseTest, KeepsIntegersOfAnySizeIfTold) {
  const auto parsed = [](std::string_view text) {
    const Result<Json> json = ParseJson(text, {.keeps_big_integers = true});
    return json ? json->Dump() : json.error().message();
  };
  EXPECT_EQ(parsed("[18446744073709551616,-9223372036854775809,9223372036854775807]"),
            "[18446744073709551616,-9223372036854775809,9223372036854775807]");
  EXPECT_EQ(parsed("9223372036854775808.0"), "9223372036854775808.0");
}

TEST(JsonParseTest, TakesCommentsOnlyIfTold) {
  constexpr std::string_view kText = "// first\n{\"a\": /* \"b\" */ \"//x\",}";
  EXPECT_FALSE(ParseJson(kText).ok());
  const Result<Json> json = ParseJson(kText, {.allows_comments = true});
  ASSERT_TRUE(json.ok()) << json.error().message();
  EXPECT_EQ(json->Dump(), R"({"a":"//x"})");
}

TEST(JsonParseTest, IntegersAreExactUpToTheEndsOfInt64) {
  EXPECT_EQ(Parsed("9223372036854775807"), Json(std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(Parsed("-9223372036854775808"), Json(std::numeric_limits<int64_t>::min()));
  EXPECT_EQ(Parsed("9007199254740993"), Json(int64_t{9007199254740993}));
  EXPECT_EQ(Parsed("9223372036854775808"), Json(9223372036854775808.0));
  EXPECT_EQ(Parsed("-9223372036854775809"), Json(-9223372036854775808.0));
  EXPECT_EQ(Parsed("18446744073709551615"), Json(18446744073709551616.0));
  EXPECT_EQ(Parsed("100000000000000000000000"), Json(1e23));
}

TEST(JsonParseTest, OfDuplicateNamesTheLastCounts) {
  const Json json = Parsed(R"({"a":1,"b":2,"a":3})");
  ASSERT_NE(json.Find("a"), nullptr);
  EXPECT_EQ(*json.Find("a"), Json(3));
  EXPECT_EQ(json.Find("c"), nullptr);
  EXPECT_EQ(Json(1).Find("a"), nullptr);
}

TEST(JsonParseTest, ReadsEscapes) {
  EXPECT_EQ(Parsed(R"("\"\\\/\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00")"),
            Json("\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"));
  EXPECT_EQ(*Parsed(R"("a\u0000b")").AsString(), std::string("a\0b", 3));
  EXPECT_EQ(Parsed(R"({"\u0061":1})").Find("a") != nullptr, true);
}

TEST(JsonParseTest, LongTextsAndNumbersArriveWhole) {
  const std::string text(100'000, 'x');
  EXPECT_EQ(Parsed('"' + text + "\\n" + text + '"'), Json(text + "\n" + text));
  const std::string zeros(5'000, '0');
  EXPECT_EQ(Parsed("0." + zeros + "1e5001"), Json(1.0));
  EXPECT_EQ(Parsed("1" + zeros + "e-5000"), Json(1.0));
}

TEST(JsonParseTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(Refusal("{bad"), "JSON parse error - syntax error at byte 1");
  EXPECT_EQ(Refusal(""), "JSON parse error - incomplete JSON at byte 0");
  EXPECT_EQ(Refusal("{\"a\":1"), "JSON parse error - incomplete JSON at byte 6");
  EXPECT_EQ(Refusal("1 2"), "JSON parse error - extra data at byte 2");
  EXPECT_EQ(Refusal("{} x"), "JSON parse error - extra data at byte 3");
}

TEST(JsonParseTest, RefusesWhatIsNoJson) {
  for (const std::string_view text :
       {" ",       "nul",       "NaN",      "Infinity",   "-",     "+1",
        "01",      "1.",        ".5",       "1e",         "0x1",   "'a'",
        "\"a",     "\"\x01\"",  "\"\n\"",   "[1,]",       "[1 2]", "[",
        "]",       "{\"a\"}",   "{\"a\":}", "{\"a\":1,}", "{1:2}", "{\"a\":1 \"b\":2}",
        "\"\\x\"", "\"\\u12\"", "// c\n1",  "1/**/",      "1e400", "-1e400"}) {
    EXPECT_EQ(Refusal(text).substr(0, 18), "JSON parse error -") << text;
  }
}

TEST(JsonParseTest, RefusesInvalidUtf8) {
  for (const std::string_view text :
       {"\"\xff\"", "\"\xc3\"", "\"\xc0\x80\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"", "{\"\xff\":1}", "\"\\ud800\"", "\"\\ud800x\"", "\"\\udc00\""}) {
    EXPECT_EQ(Refusal(text).substr(0, 18), "JSON parse error -");
  }
}

TEST(JsonParseTest, DepthIsBounded) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(ParseJson(nested(64)).ok());
  EXPECT_EQ(Refusal(nested(65)).substr(0, 18), "JSON parse error -");
  EXPECT_TRUE(ParseJson(nested(3), {.depth_max = 3}).ok());
  EXPECT_FALSE(ParseJson(nested(4), {.depth_max = 3}).ok());
  EXPECT_FALSE(ParseJson(std::string(1'000'000, '[')).ok());
}

TEST(JsonWriteTest, DoublesAreShortAndKeepAPointOrExponent) {
  EXPECT_EQ(DoubleText(25.0), "25.0");
  EXPECT_EQ(DoubleText(-0.0), "-0.0");
  EXPECT_EQ(DoubleText(0.1), "0.1");
  EXPECT_EQ(DoubleText(1e22), "1e+22");
  EXPECT_EQ(DoubleText(1735229888.765625), "1735229888.765625");
  EXPECT_EQ(DoubleText(-2.2250738585072014e-308), "-2.2250738585072014e-308");
  EXPECT_EQ(DoubleText(std::numeric_limits<double>::denorm_min()), "5e-324");
}

TEST(JsonWriteTest, EscapesWhatMustBe) {
  std::string text;
  AppendJsonString(text, std::string_view("a\"b\\c/\b\f\n\r\t\x01\x1f\0\x7f\xC3\xA9", 17));
  EXPECT_EQ(text, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\\u0000\x7f\xC3\xA9\"");
}

TEST(JsonWriteTest, SetMakesAnObject) {
  Json json;
  json.Set("a", 1).Set("b", Json::From(std::optional<std::string>())).Set("c", "x");
  EXPECT_EQ(json.Dump(), R"({"a":1,"b":null,"c":"x"})");
  EXPECT_EQ(Json(Json::Array{}).Dump(), "[]");
  EXPECT_EQ(Json(Json::Object{}).Dump(), "{}");
}

// Every double, also those that need 17 digits, survives writing and reading.
TEST(JsonRoundTripTest, DoublesToTheLastBit) {
  Random random(20'261'124);
  for (int i = 0; i < 200'000; ++i) {
    const auto bits = static_cast<uint64_t>(
        random.Between(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()));
    const double value = std::bit_cast<double>(bits);
    if (!std::isfinite(value)) continue;
    const Result<Json> read = ParseJson(DoubleText(value));
    ASSERT_TRUE(read.ok() && read->AsDouble() != nullptr) << DoubleText(value);
    ASSERT_EQ(std::bit_cast<uint64_t>(*read->AsDouble()), bits) << DoubleText(value);
  }
}

// Decimals with 17 digits as people and other programs write them read as the nearest double: what
// strtod of the C library gives.
TEST(JsonRoundTripTest, SeventeenDigitsReadAsTheNearestDouble) {
  Random random(17);
  for (int i = 0; i < 100'000; ++i) {
    const std::string text =
        std::to_string(random.Between(1, 9)) + '.' +
        std::to_string(random.Between(1'000'000'000'000'000, 9'999'999'999'999'999)) + 'e' +
        std::to_string(random.Between(-300, 300));
    const Result<Json> read = ParseJson(text);
    ASSERT_TRUE(read.ok()) << text;
    ASSERT_EQ(*read->AsDouble(), std::strtod(text.c_str(), nullptr)) << text;
  }
}

Json RandomJson(Random& random, int depth) {
  switch (random.Between(0, depth > 0 ? 7 : 5)) {
    case 0:
      return {};
    case 1:
      return random.Between(0, 1) == 1;
    case 2:
      return random.Between(std::numeric_limits<int64_t>::min(),
                            std::numeric_limits<int64_t>::max());
    case 3:
      return static_cast<double>(random.Between(-1'000'000, 1'000'000)) / 64;
    case 4:
    case 5: {
      std::string text;
      for (int64_t n = random.Between(0, 12); n > 0; --n) {
        text += random.Between(0, 3) == 0
                    ? "\xF0\x9F\x98\x80"
                    : std::string(1, static_cast<char>(random.Between(0, 127)));
      }
      return text;
    }
    case 6: {
      Json::Array array;
      for (int64_t n = random.Between(0, 5); n > 0; --n)
        array.push_back(RandomJson(random, depth - 1));
      return array;
    }
    default: {
      Json::Object object;
      for (int64_t n = random.Between(0, 5); n > 0; --n) {
        object.emplace_back(std::string(1, static_cast<char>(random.Between(32, 126))),
                            RandomJson(random, depth - 1));
      }
      return object;
    }
  }
}

TEST(JsonRoundTripTest, WholeValues) {
  Random random(1);
  for (int i = 0; i < 5'000; ++i) {
    const Json value = RandomJson(random, 5);
    const Result<Json> read = ParseJson(value.Dump());
    ASSERT_TRUE(read.ok()) << value.Dump();
    ASSERT_EQ(*read, value) << value.Dump();
  }
}

}  // namespace
}  // namespace flagstream::wire
