// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/stamp.h"

// The bytes of a real-time stream, from its response head to its last chunk. SDKs depend on every
// one of them: lines end with LF alone, an event is one chunk, and nothing but events and comments
// is ever sent.
namespace flagstream::wire {

// The stamp as clients read it: seconds, a point, the fraction without trailing zeros but with at
// least one digit. Text and double are equal for the stamps we issue. A stamp that was given to us
// lies between two doubles; printed is the larger one not above it, so no client takes an event for
// newer than data of the same stamp, and one of the next microsecond is still newer. Requires a
// stamp from 0 to the year 9999.
std::string StampText(Stamp stamp);

// The `environment_updated` event, without chunk framing.
std::string EncodeEvent(Stamp stamp);

// What keeps proxies and clients from taking silence for a dead connection.
inline constexpr std::string_view kKeepAliveComment = ":\n\n";

// The HTTP/1.1 chunk around `payload`, which must not be empty: an empty chunk would end the body.
std::string EncodeChunk(std::string_view payload);

inline constexpr std::string_view kKeepAliveChunk = "3\r\n:\n\n\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// From status line to empty line; sent at once, before there is any event.
inline constexpr std::string_view kStreamResponseHead =
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: text/event-stream\r\n"
    "Cache-Control: no-cache\r\n"
    "X-Accel-Buffering: no\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Access-Control-Allow-Origin: *\r\n"
    "Transfer-Encoding: chunked\r\n"
    "\r\n";
// Those of its lines that say what it is, not how it is framed.
inline constexpr std::string_view kStreamHeaderLines = kStreamResponseHead.substr(
    kStreamResponseHead.find("Content-Type"),
    kStreamResponseHead.find("Transfer-Encoding") - kStreamResponseHead.find("Content-Type"));

}  // namespace flagstream::wire
