// SPDX-License-Identifier: Apache-2.0
#include "stream/client_profile.h"

#include <gtest/gtest.h>

#include <string>

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr auto kBrowser =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36";

struct Row {
  ClientKind kind;
  ClientRequest request;  // as the SDK sends it
  StreamTerms terms;
};

// What each client needs, said here once more and in full: whoever changes the table shows that it
// was meant.
const Row kRows[] = {
    {ClientKind::kBrowser,
     {.user_agent = kBrowser, .accept = "text/event-stream"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kPython,
     {.user_agent = "python-requests/2.34.0", .accept = "application/json, text/event-stream"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kPython,
     {.user_agent = "flagsmith-python-sdk/6.1.0", .accept = "*/*"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kGo,
     {.user_agent = "Go-http-client/1.1"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kGo,
     {.user_agent = "flagsmith-go-sdk/5.1.0"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kAndroid,
     {.user_agent = "flagsmith-kotlin-android-sdk/1.9.0",
      .accept = "application/json",
      .environment_key = "key"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kAndroid,
     {.user_agent = "okhttp/4.11.0", .accept = "application/json", .environment_key = "key"},
     {.age_max = minutes(10), .age_jitter = 0.2, .is_repeat_free = true}},
    {ClientKind::kIos,
     {.user_agent = "flagsmith-swift-ios-sdk/3.10.0"},
     {.age_max = minutes(60), .age_jitter = 0.2, .needs_whole_events = true}},
    {ClientKind::kIos,
     {.user_agent = "Amazon CloudFront",
      .accept = "text/event-stream, application/json; charset=utf-8"},
     {.age_max = minutes(60), .age_jitter = 0.2, .needs_whole_events = true}},
    {ClientKind::kReactNative,
     {.user_agent = "okhttp/4.12.0",
      .accept = "text/event-stream",
      .requested_with = "XMLHttpRequest"},
     {.age_max = seconds(30), .age_jitter = 0.1, .is_repeat_free = true}},
    {ClientKind::kReactNative,
     {.user_agent = kBrowser, .accept = "text/event-stream", .requested_with = "XMLHttpRequest"},
     {.age_max = seconds(30), .age_jitter = 0.1, .is_repeat_free = true}},
    {ClientKind::kFlutter,
     {.user_agent = "Dart/3.9 (dart:io)", .accept = "text/event-stream"},
     {.age_max = seconds(30), .age_jitter = 0.1}},
    {ClientKind::kRuby,
     {.user_agent = "Faraday v2.14.0", .accept = "*/*"},
     {.age_max = seconds(30), .age_jitter = 0.1, .ends_after_change = true}},
    {ClientKind::kNode,
     {.user_agent = "node", .accept = "text/event-stream"},
     {.age_max = seconds(30), .age_jitter = 0.1, .is_repeat_free = true}},
    {ClientKind::kOther, {}, {.age_max = seconds(30), .age_jitter = 0.1}},
    {ClientKind::kOther,
     {.user_agent = "curl/8.5.0", .accept = "*/*"},
     {.age_max = seconds(30), .age_jitter = 0.1}},
    {ClientKind::kOther,
     {.user_agent = "okhttp/4.11.0"},
     {.age_max = seconds(30), .age_jitter = 0.1}},
    {ClientKind::kOther,
     {.user_agent = "not Mozilla/5.0"},
     {.age_max = seconds(30), .age_jitter = 0.1}},
};

TEST(ClientProfilesTest, EachClientGetsWhatIsGoodForIt) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(std::string(ClientKindName(row.kind)) + ": " +
                 std::string(row.request.user_agent));
    StreamTerms terms = row.terms;
    terms.client = row.kind;
    EXPECT_EQ(ClientProfiles(std::nullopt).TermsFor(row.request), terms);
  }
}

// Goal: the operator's age is that of all, give or take a tenth, and changes nothing else.
TEST(ClientProfilesTest, TheOperatorsAgeHoldsForEveryClient) {
  for (const Row& row : kRows) {
    StreamTerms terms = row.terms;
    terms.age_max = seconds(120);
    terms.age_jitter = 0.1;
    terms.client = row.kind;
    EXPECT_EQ(ClientProfiles(seconds(120)).TermsFor(row.request), terms)
        << ClientKindName(row.kind);
  }
}

milliseconds AgeWith(milliseconds operators) {
  return ClientProfiles(operators).TermsFor({.user_agent = kBrowser}).age_max;
}

TEST(ClientProfilesTest, StreamsAreNeverTooShort) {
  EXPECT_EQ(AgeWith(seconds(1)), seconds(5));
  EXPECT_EQ(AgeWith(seconds(0)), seconds(5));
}

TEST(ClientProfilesTest, NegativeIsNoLimit) { EXPECT_EQ(AgeWith(seconds(-1)), kUnlimitedAge); }

}  // namespace
}  // namespace flagstream::stream
