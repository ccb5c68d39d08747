// SPDX-License-Identifier: Apache-2.0
// The HTTP server alone, for measuring it: answers GET /bytes with one shared body, GET /stream
// with a stream that gets nothing. Ends with its standard input.
//
//   serve_bytes [PORT [THREADS [BODY_BYTES]]]

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/server.h"

namespace flagstream::net {
namespace {

struct IdleStream final : StreamConnection::Observer {
  explicit IdleStream(std::unique_ptr<StreamConnection> stream) : connection(std::move(stream)) {
    connection->Observe(*this);
  }
  ~IdleStream() = default;
  void OnWritable() override {}
  void OnClosed() override { delete this; }

  std::unique_ptr<StreamConnection> connection;
};

Response Plain(int status) { return std::move(Response(status).SetBody(std::string("error"))); }

std::unique_ptr<Router> MakeRouter(std::shared_ptr<const std::string> body) {
  auto router = std::make_unique<Router>(FallbackAnswers{
      .not_found = [](const Request&) { return Plain(404); },
      .method_not_allowed = [](const Request&, std::string_view) { return Plain(405); },
      .options = [](const Request&, std::string_view) { return Response(204); },
      .bad_request = [](int status, std::string_view) { return Plain(status); }});
  router->Add(Method::kGet, "/bytes", [body](const Request&, Responder responder) {
    Response response;
    response.AddHeaderLines("Content-Type: application/json\r\n").SetBody(body);
    responder.Send(std::move(response));
  });
  router->Add(Method::kGet, "/stream", [](const Request&, Responder responder) {
    auto stream = responder.TakeOver(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (stream != nullptr) new IdleStream(std::move(stream));
  });
  return router;
}

int Main(const std::vector<std::string>& arguments) {
  ServerOptions options;
  options.port = static_cast<uint16_t>(arguments.empty() ? 0 : std::stoul(arguments[0]));
  options.threads = arguments.size() < 2 ? 1 : std::stoul(arguments[1]);
  const size_t body_bytes = arguments.size() < 3 ? 5 * 1024 : std::stoul(arguments[2]);
  auto server = Server::Listen(options);
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return EXIT_FAILURE;
  }
  const auto body = std::make_shared<const std::string>(body_bytes, 'x');
  (*server)->Start([body](Shard&) { return MakeRouter(body); });
  (*server)->StartAccepting();
  std::printf("listening on http://127.0.0.1:%u/bytes\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  // Streams nobody ended would outlive the server.
  std::_Exit(EXIT_SUCCESS);
}

}  // namespace
}  // namespace flagstream::net

int main(int argc, char** argv) {
  return flagstream::net::Main(std::vector<std::string>(argv + 1, argv + argc));
}
