// SPDX-License-Identifier: Apache-2.0
#include "stream/client_profile.h"

#include <algorithm>
#include <array>

namespace flagstream::stream {
namespace {

using std::chrono::milliseconds;

constexpr double kOperatorsJitter = 0.1;

// For those who read an event when it comes and compare stamps: the fewer streams the better, and
// what one missed the next tells it.
constexpr StreamTerms kLong{
    .age_max = milliseconds(600'000), .age_jitter = 0.2, .is_repeat_free = true};
constexpr StreamTerms kShort{.age_max = milliseconds(30'000), .age_jitter = 0.1};

constexpr StreamTerms With(StreamTerms terms, bool StreamTerms::* what) {
  terms.*what = true;
  return terms;
}

bool Begins(std::string_view text, std::string_view with) { return text.starts_with(with); }
bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Jitter keeps streams that were opened together from ending together.
constexpr std::array kProfiles = {
    // Fetches at the first event of each stream and at every other, whatever its stamp, so few
    // streams and no repeats. Parses each block that it receives by itself: of an event that comes
    // in two it sees neither half. Behind a proxy that changes User-Agent it is still known by
    // Accept.
    ClientProfile{.kind = ClientKind::kIos,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Has(request.user_agent, "flagsmith-swift-ios-sdk/") ||
                               request.accept ==
                                   "text/event-stream, application/json; charset=utf-8";
                      },
                  .terms = {.age_max = milliseconds(3'600'000),
                            .age_jitter = 0.2,
                            .needs_whole_events = true}},
    // Never opens another stream after an error, a reset or a connection that is refused; after a
    // clean end at once. So each end is a risk, and there are few. Only this client sends its key.
    ClientProfile{.kind = ClientKind::kAndroid,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Has(request.user_agent, "flagsmith-kotlin-android-sdk/") ||
                               (Begins(request.user_agent, "okhttp/") &&
                                !request.environment_key.empty());
                      },
                  .terms = kLong},
    // Keeps all that it read until the stream ends. Its User-Agent is that of the device's HTTP
    // library; no EventSource of a browser sends this header.
    ClientProfile{
        .kind = ClientKind::kReactNative,
        .is_meant =
            [](const ClientRequest& request) { return request.requested_with == "XMLHttpRequest"; },
        .terms = With(kShort, &StreamTerms::is_repeat_free)},
    // Opens a new stream every 29 s beside the old one. Compares with the clock of its device,
    // which may be behind: then a repeat would cost a fetch.
    ClientProfile{.kind = ClientKind::kFlutter,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Begins(request.user_agent, "Dart/") ||
                               Has(request.user_agent, "flagsmith-flutter-sdk/");
                      },
                  .terms = kShort},
    // Reads a stream only when it has ended, so that it sees a change at once if the stream ends
    // then. Never after the first event, which comes at once: it would open streams without pause.
    ClientProfile{.kind = ClientKind::kRuby,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Begins(request.user_agent, "Faraday ") ||
                               Has(request.user_agent, "flagsmith-ruby-sdk/");
                      },
                  .terms = With(kShort, &StreamTerms::ends_after_change)},
    // Drops events while it fetches. Flutter in a browser cannot be told from it.
    ClientProfile{
        .kind = ClientKind::kBrowser,
        .is_meant =
            [](const ClientRequest& request) { return Begins(request.user_agent, "Mozilla/"); },
        .terms = kLong},
    // Does not read the stream while it fetches, and tries a fetch that failed again only at the
    // next event.
    ClientProfile{.kind = ClientKind::kPython,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Begins(request.user_agent, "python-requests/") ||
                               Has(request.user_agent, "flagsmith-python-sdk/");
                      },
                  .terms = kLong},
    // The same.
    ClientProfile{.kind = ClientKind::kGo,
                  .is_meant =
                      [](const ClientRequest& request) {
                        return Begins(request.user_agent, "Go-http-client/") ||
                               Has(request.user_agent, "flagsmith-go-sdk/");
                      },
                  .terms = kLong},
    // The browsers' SDK where there is no browser, with an EventSource of some package: of those
    // little is known but what the SDK does with their events.
    ClientProfile{
        .kind = ClientKind::kNode,
        .is_meant = [](const ClientRequest& request) { return request.user_agent == "node"; },
        .terms = With(kShort, &StreamTerms::is_repeat_free)},
    // Whatever it does, the next stream mends it soon.
    ClientProfile{.kind = ClientKind::kOther,
                  .is_meant = [](const ClientRequest&) { return true; },
                  .terms = kShort},
};

milliseconds OperatorsAge(milliseconds age_max) {
  return age_max < milliseconds::zero() ? kUnlimitedAge : std::max(age_max, kStreamAgeMin);
}

}  // namespace

const ClientProfile& ProfileOf(const ClientRequest& request) {
  return *std::ranges::find_if(kProfiles, [&request](const ClientProfile& candidate) {
    return candidate.is_meant(request);
  });
}

ClientProfiles::ClientProfiles(std::optional<milliseconds> age_max)
    : age_max_(age_max ? std::optional(OperatorsAge(*age_max)) : std::nullopt) {}

StreamTerms ClientProfiles::TermsFor(const ClientRequest& request) const {
  const ClientProfile& profile = ProfileOf(request);
  StreamTerms terms = profile.terms;
  terms.client = profile.kind;
  if (age_max_) {
    terms.age_max = *age_max_;
    terms.age_jitter = kOperatorsJitter;
  }
  return terms;
}

}  // namespace flagstream::stream
