// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/sdk_answers.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "api/answers.h"
#include "api/http_date.h"
#include "api/sdk/content_coding.h"
#include "api/sdk/entity_tag.h"

namespace flagstream::api {
namespace {

// `no-cache` rather than `no-store`: kept answers must be asked about again, yet the iOS SDK's own
// cache may keep them.
std::string_view DataHeaderLines() {
  static const std::string lines = std::string(CommonHeaderLines()) +
                                   "Cache-Control: private, no-cache\r\n"
                                   "Vary: X-Environment-Key, Origin, Accept-Encoding\r\n";
  return lines;
}

constexpr std::string_view kContentTypeLine = "Content-Type: application/json\r\n";
constexpr std::string_view kStampHeader = "X-Flagsmith-Document-Updated-At";

bool IsUnmodifiedSince(const net::Request& request, const PreparedAnswerOptions& options) {
  if (!options.may_compare_last_modified) return false;
  const auto header = request.Header("If-Modified-Since");
  if (!header) return false;
  const std::optional<int64_t> since = ParseHttpDate(*header);
  const std::optional<int64_t> modified = ParseHttpDate(options.last_modified);
  return since && modified && *modified <= *since;
}

// If-None-Match, being exact, decides alone where it is sent (RFC 9110, 13.1.3).
bool ClientHas(const net::Request& request, std::string_view etag,
               const PreparedAnswerOptions& options) {
  if (const auto tags = request.Header("If-None-Match")) return NamesEntityTag(*tags, etag);
  return IsUnmodifiedSince(request, options);
}

}  // namespace

net::Response DataAnswer(std::string_view stamp_text, std::string body) {
  net::Response response(200);
  response.AddHeaderLines(DataHeaderLines());
  response.AddHeaderLines(kContentTypeLine);
  response.AddHeader(kStampHeader, stamp_text);
  response.SetBody(std::move(body));
  return response;
}

net::Response PreparedAnswer(const net::Request& request, const replica::PreparedBody& body,
                             std::string_view stamp_text, const PreparedAnswerOptions& options) {
  const bool gzip = PrefersGzip(request.Header("Accept-Encoding").value_or(""));
  const std::string& etag = gzip ? body.gzip_etag : body.plain_etag;

  net::Response response(200);
  response.AddHeaderLines(DataHeaderLines());
  response.AddHeader(kStampHeader, stamp_text);
  response.AddHeader("ETag", etag);
  if (!options.last_modified.empty()) response.AddHeader("Last-Modified", options.last_modified);
  if (ClientHas(request, etag, options)) {
    response.SetStatus(304);
    return response;
  }
  response.AddHeaderLines(kContentTypeLine);
  if (gzip) response.AddHeaderLines("Content-Encoding: gzip\r\n");
  response.SetBody(gzip ? body.gzip : body.plain);
  return response;
}

}  // namespace flagstream::api
