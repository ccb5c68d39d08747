// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <ranges>
#include <string_view>
#include <utility>

#include "api/admin/routes.h"
#include "api/admin/time_json.h"
#include "stream/channel_view.h"

// What can be seen of an environment's streams on this node: how many there are of which kind, and
// how far changes came. Of single clients it says nothing.
namespace flagstream::api {
namespace {

constexpr std::array kAgeNames = {"under_1_minute", "under_10_minutes", "under_1_hour", "older"};
static_assert(kAgeNames.size() == stream::kAgeClasses);

// As clients get it.
wire::Json StampJson(Stamp stamp) { return static_cast<double>(stamp.micros()) / 1e6; }

wire::Json CountJson(size_t count) { return static_cast<int64_t>(count); }

void SetCounts(wire::Json& json, const stream::StreamCounts& counts) {
  json.Set("streams", CountJson(counts.streams));
  json.Set("offered", CountJson(counts.offered));
  json.Set("written", CountJson(counts.written));
  json.Set("behind", CountJson(counts.behind));
  wire::Json ages;
  for (size_t i = 0; i < stream::kAgeClasses; ++i)
    ages.Set(kAgeNames[i], CountJson(counts.ages[i]));
  json.Set("ages", std::move(ages));
}

wire::Json ClientsJson(const stream::ChannelView& view) {
  wire::Json::Array clients;
  for (size_t i = 0; i < stream::kClientKindCount; ++i) {
    const auto kind = static_cast<stream::ClientKind>(i);
    if (view.Of(kind).streams == 0) continue;
    wire::Json client;
    client.Set("client", stream::ClientKindName(kind));
    SetCounts(client, view.Of(kind));
    clients.push_back(std::move(client));
  }
  return clients;
}

// Null where nothing was written, or the time of the commit is not known.
wire::Json MillisAfter(int64_t committed, int64_t written) {
  if (committed == 0 || written == 0) return {};
  // A clock may have been put back.
  return static_cast<double>(std::max<int64_t>(written - committed, 0)) / 1e3;
}

wire::Json ChangeJson(const stream::LoggedChange& change) {
  wire::Json json;
  json.Set("stamp", StampJson(change.stamp));
  json.Set("committed_at", change.committed == 0 ? wire::Json() : TimeJson(change.committed));
  json.Set("offered", CountJson(change.offered));
  json.Set("written", CountJson(change.written));
  json.Set("first_write_ms", MillisAfter(change.committed, change.first_write));
  json.Set("last_write_ms", MillisAfter(change.committed, change.last_write));
  json.Set("late", CountJson(change.late));
  json.Set("last_late_write_ms", MillisAfter(change.committed, change.last_late_write));
  return json;
}

wire::Json ViewJson(const stream::ChannelView& view) {
  wire::Json::Array changes;
  for (const stream::LoggedChange& change : std::views::reverse(view.changes))
    changes.push_back(ChangeJson(change));
  wire::Json json;
  json.Set("newest_stamp", view.newest ? StampJson(*view.newest) : wire::Json());
  SetCounts(json, view.Total());
  json.Set("clients", ClientsJson(view));
  json.Set("changes", std::move(changes));
  return json;
}

}  // namespace

void AddStreamRoutes(Endpoints& endpoints, const LookAtStreams& look_at_streams) {
  endpoints.Get(
      "environments/{key}/streams/", [&look_at_streams](const Call& call) -> Result<Reply> {
        FLAGSTREAM_ASSIGN(const auto environment,
                          call.use_cases.environments.Get(call.caller, call.Text("key")));
        FLAGSTREAM_ASSIGN(const auto view, look_at_streams(EnvironmentId{environment.id}));
        return JsonReply(ViewJson(view));
      });
}

}  // namespace flagstream::api
