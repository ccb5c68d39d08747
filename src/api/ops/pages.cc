// SPDX-License-Identifier: Apache-2.0
#include "api/ops/pages.h"

#include <memory>
#include <string>
#include <string_view>

#include "api/answers.h"

namespace flagstream::api {
namespace {

// Complete in itself: no script, image or style comes from elsewhere.
constexpr std::string_view kFrontPage = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flagstream</title>
<style>
body { max-width: 40rem; margin: 4rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color-scheme: light dark; }
code { font-family: ui-monospace, monospace; }
</style>
</head>
<body>
<h1>Flagstream</h1>
<p>This is a Flagstream server: feature flags whose clients know about a change milliseconds after it was made. It speaks
Flagsmith's protocols, so every official Flagsmith SDK works with it.</p>
<ul>
<li>API for SDKs and management: <code>/api/v1/</code></li>
<li>Real-time stream of an environment: <code>/sse/environments/&lt;key&gt;/stream</code></li>
<li>State of this server: <a href="/health"><code>/health</code></a>, <a href="/ready"><code>/ready</code></a>,
<a href="/version/"><code>/version/</code></a></li>
</ul>
</body>
</html>
)html";

constexpr std::string_view kRobots = "User-agent: *\nDisallow: /\n";

// Answers with the same bytes every time.
net::Handler FixedAnswer(std::string_view header_lines, std::string_view body) {
  return [header_lines, shared = std::make_shared<const std::string>(body)](
             const net::Request&, net::Responder responder) {
    net::Response response = EmptyAnswer(200);
    response.AddHeaderLines(header_lines);
    response.SetBody(shared);
    responder.Send(std::move(response));
  };
}

}  // namespace

void AddPageRoutes(net::Router& router) {
  router.Add(net::Method::kGet, "/",
             FixedAnswer("Content-Type: text/html; charset=utf-8\r\n"
                         "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
                         "frame-ancestors 'none'\r\n",
                         kFrontPage));
  router.Add(net::Method::kGet, "/robots.txt",
             FixedAnswer("Content-Type: text/plain; charset=utf-8\r\n", kRobots));
}

}  // namespace flagstream::api
