// SPDX-License-Identifier: Apache-2.0
#include "flags/regex.h"

#include <gtest/gtest.h>

#include <string>

namespace flagstream::flags {
namespace {

// Goal: patterns mean what they mean to Python's re.match, those it refuses match nothing, and no
// pattern takes longer than its bound. Each row was tried with Python 3.11.

bool Matches(std::string_view pattern, std::string_view text) {
  const std::optional<Regex> regex = Regex::Compile(pattern);
  EXPECT_TRUE(regex.has_value()) << pattern;
  return regex && regex->MatchesStartOf(text);
}

TEST(RegexTest, IsAnchoredAtTheStartAlone) {
  EXPECT_TRUE(Matches("abc", "abcdef"));
  EXPECT_FALSE(Matches("abc", "123abc"));
  EXPECT_TRUE(Matches("ab$", "ab\n"));
  EXPECT_FALSE(Matches(R"(ab\Z)", "ab\n"));
  EXPECT_FALSE(Matches("a.b", "a\nb"));
  EXPECT_TRUE(Matches("a.b", "a\rb"));
}

TEST(RegexTest, MatchesTheWholeTextIfAskedTo) {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    return Regex::Compile(pattern)->MatchesWhole(text);
  };
  EXPECT_TRUE(matches("[a-z_]+", "new_checkout"));
  EXPECT_FALSE(matches("[a-z_]+", "new_checkout2"));
  EXPECT_FALSE(matches("[a-z_]+", "2new"));
  EXPECT_TRUE(matches("^[a-z]+$", "checkout"));
  EXPECT_FALSE(matches("^[a-z]+$", "checkout\n"));
  EXPECT_TRUE(matches("a|ab", "ab"));
  EXPECT_FALSE(matches("a|b", "ab"));
  EXPECT_TRUE(matches("(?i)ab", "AB"));
  EXPECT_FALSE(matches("(a+)+", std::string(2'000, 'a') + "b"));
}

TEST(RegexTest, MeansWhatPythonMeans) {
  EXPECT_TRUE(Matches(R"(\w\d\s)", "ü٣ "));
  EXPECT_FALSE(Matches(R"((?a)\w)", "ü"));
  EXPECT_TRUE(Matches(R"((?a:\w)\w)", "aü"));
  EXPECT_TRUE(Matches(R"(\s)", "\x1c"));
  EXPECT_TRUE(Matches(R"(a\v\x41\u00fc\U0001f600\101$)",
                      "a\x0b"
                      "Aü😀A"));
  EXPECT_TRUE(Matches("a{,2}b", "aab"));
  EXPECT_FALSE(Matches("a{,2}b", "aaab"));
  EXPECT_TRUE(Matches("a{}", "a{}"));
  EXPECT_TRUE(Matches(R"((?P<x>.)(?P=x)(?(x)c|d))", "aac"));
  EXPECT_TRUE(Matches("[[:alpha:]]", "h]"));
  EXPECT_TRUE(Matches("[]a]+$", "]a"));
  EXPECT_TRUE(Matches("(?x) a b  # c\n +", "abb"));
  EXPECT_TRUE(Matches("(?i:A)b", "ab"));
  EXPECT_FALSE(Matches("(?i:A)b", "aB"));
  EXPECT_TRUE(Matches("(?<!x)a(?=b)", "ab"));
}

TEST(RegexTest, RefusesWhatPythonRefuses) {
  for (const char* pattern : {"(",
                              ")",
                              "*",
                              "a**",
                              "a{2}{3}",
                              "^*",
                              "x{2,1}",
                              "[",
                              "[a-\\d]",
                              "[z-a]",
                              "\\",
                              "\\Q",
                              "\\z",
                              "\\x4",
                              "\\1",
                              "(a\\1)",
                              "(?<n>a)",
                              "(?P=n)",
                              "(?P<n>a)(?P<n>b)",
                              "a(?i)",
                              "(?L)a",
                              "(?R)",
                              "(*ACCEPT)",
                              "(?|a)",
                              "(?(1)a)",
                              "(?#",
                              "\\400",
                              "(?<=a+)b"}) {
    EXPECT_FALSE(Regex::Compile(pattern)) << pattern;
  }
  EXPECT_FALSE(Regex::Compile(std::string(kRegexPatternBytesMax + 1, 'a')));
}

TEST(RegexTest, GivesUpAtItsBound) {
  EXPECT_FALSE(Matches("(a+)+$", std::string(2'000, 'a') + "b"));
  EXPECT_FALSE(Matches("(.*)*x", std::string(2'000, 'a')));
}

}  // namespace
}  // namespace flagstream::flags
