// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "net/request.h"
#include "net/responder.h"

namespace flagstream::net {

// Called on the shard; must not block. Answers now, or later through the responder.
using Handler = std::function<void(Request, Responder)>;

// What to answer when no handler can: set by `api`, so that errors have the API's JSON shape and
// CORS headers.
struct FallbackAnswers {
  std::function<Response(const Request&)> not_found;
  // `allow` is the value of the Allow header, in Flagsmith's order: "GET, POST, HEAD, OPTIONS".
  std::function<Response(const Request&, std::string_view allow)> method_not_allowed;
  // OPTIONS on a known path: preflight or not.
  std::function<Response(const Request&, std::string_view allow)> options;
  // A request that could not be read, with one of the statuses 400, 408, 413, 431, 501, 505 and a
  // sentence.
  std::function<Response(int status, std::string_view sentence)> bad_request;
};

// Finds the handler of a request. A pattern is a path whose parts are text or parameters:
//   "/api/v1/environments/{key}/featurestates/{id:int}/"
// `{name}` takes one segment and decodes it ("%2F" stays inside the parameter), `{name:int}` only a
// positive decimal integer below 2^63. A literal segment wins over an integer, that over text, as
// long as the rest of the path fits too. A trailing slash is optional in requests, whether or not
// the pattern has it; there are no redirects. Empty segments ("//") match nothing. HEAD goes to the
// GET handler, whose body is then left out. Adding the same pattern and method twice aborts. One
// per shard; constant once requests are served.
class Router {
 public:
  explicit Router(FallbackAnswers fallbacks);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  void Add(Method method, std::string_view pattern, Handler handler);

  // Puts something around every handler added so far: what `wrap` makes of a handler takes its
  // place. `pattern` and `allow` live as long as the router, unless routes are added later.
  using Wrapper = std::function<Handler(std::string_view pattern, std::string_view allow, Handler)>;
  void WrapHandlers(const Wrapper& wrap);
  // Where the fallback for unknown paths is not enough, because the answer must come later.
  void SetNotFound(Handler handler) { not_found_ = std::move(handler); }

  // Calls the handler, or answers with a fallback.
  void Dispatch(Request request, Responder responder) const;
  const FallbackAnswers& fallbacks() const { return fallbacks_; }

 private:
  struct Node;

  // OPTIONS *: about the server as a whole.
  void DispatchToServer(const Request& request, Responder responder) const;

  FallbackAnswers fallbacks_;
  Handler not_found_;
  std::unique_ptr<Node> root_;
};

}  // namespace flagstream::net
