// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "net/response.h"

// Answers as every endpoint gives them: the headers that all share, and JSON bodies.
namespace flagstream::api {

// The release of the reference whose API we speak: `Flagsmith-Version` and `image_tag`.
inline constexpr std::string_view kApiLevel = "2.265.0";

// Lines of every answer, errors included: version, CORS, and that a content type means what it
// says.
std::string_view CommonHeaderLines();

// `body` is JSON text. Not to be kept by caches; answers that may be kept are made by the endpoints
// that know how.
net::Response JsonAnswer(int status, std::string body);
// No body: 204 after a deletion, or an error whose body would hurt the client.
net::Response EmptyAnswer(int status);
// {"detail": sentence}.
net::Response DetailAnswer(int status, std::string_view sentence);

}  // namespace flagstream::api
