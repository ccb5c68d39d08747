// SPDX-License-Identifier: Apache-2.0
#include "replica/served_environment.h"

#include <cstdint>
#include <utility>

#include "base/hash.h"
#include "wire/gzip.h"
#include "wire/sse.h"
#include "wire/time.h"

namespace flagstream::replica {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

// Compressing is most of the work of loading. Flag lists repeat themselves so much that the fastest
// level already takes nine tenths away.
constexpr int kGzipLevel = 1;

// Covers bytes and stamp: two revisions with equal bytes have different stamps beside them.
std::string EntityTag(std::string_view body, std::string_view stamp_text, std::string_view coding) {
  const std::string digest = Sha256Hex(Sha256Hex(body).append(stamp_text));
  return "\"" + digest.substr(0, 32) + std::string(coding) + "\"";
}

PreparedBody Prepare(std::string body, std::string_view stamp_text) {
  PreparedBody prepared;
  prepared.plain_etag = EntityTag(body, stamp_text, "");
  prepared.gzip_etag = EntityTag(body, stamp_text, "-gzip");
  prepared.gzip = std::make_shared<const std::string>(wire::GzipCompress(body, kGzipLevel));
  prepared.plain = std::make_shared<const std::string>(std::move(body));
  return prepared;
}

bool ShareSecond(Stamp a, Stamp b) {
  return a.micros() / kMicrosPerSecond == b.micros() / kMicrosPerSecond;
}

}  // namespace

ServedEnvironment::ServedEnvironment(flags::Environment given)
    : snapshot(std::move(given)),
      identity_encoder(snapshot.environment()),
      segments(snapshot),
      stamp_text(wire::StampText(environment().stamp)),
      last_modified(wire::FormatHttpDate(environment().stamp.micros())),
      previous_shares_second(ShareSecond(environment().stamp, environment().previous_stamp)),
      client_flags(Prepare(wire::EncodeFlags(environment(), wire::KeyKind::kClient), stamp_text)),
      document(Prepare(wire::EncodeEnvironmentDocument(environment()), stamp_text)) {
  std::string for_servers = wire::EncodeFlags(environment(), wire::KeyKind::kServer);
  const bool equal = for_servers == *client_flags.plain;
  server_flags = equal ? client_flags : Prepare(std::move(for_servers), stamp_text);
}

}  // namespace flagstream::replica
