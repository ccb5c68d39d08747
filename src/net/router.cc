// SPDX-License-Identifier: Apache-2.0
#include "net/router.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "net/ascii.h"
#include "net/percent.h"

namespace flagstream::net {
namespace {

// The order Flagsmith gives in Allow.
constexpr std::array kAllowOrder{Method::kGet,    Method::kPost, Method::kPut,    Method::kPatch,
                                 Method::kDelete, Method::kHead, Method::kOptions};
constexpr size_t kMethodCount = kAllowOrder.size();
static_assert(static_cast<size_t>(Method::kOther) == kMethodCount);

// One pattern with one method.
struct Route {
  std::string pattern;
  std::vector<std::string> names;  // of its parameters, in the order of the path
  Handler handler;
};

// A segment of a pattern: literal text, or a parameter.
struct PatternSegment {
  enum class Kind { kLiteral, kText, kInteger };
  Kind kind = Kind::kLiteral;
  std::string_view text;  // the literal, or the parameter's name
};

PatternSegment ParseSegment(std::string_view segment) {
  if (!segment.starts_with('{')) {
    FLAGSTREAM_ASSERT(segment.find_first_of("{}%") == std::string_view::npos);
    return {PatternSegment::Kind::kLiteral, segment};
  }
  FLAGSTREAM_ASSERT(segment.ends_with('}'));
  const std::string_view inner = segment.substr(1, segment.size() - 2);
  const size_t colon = inner.find(':');
  const std::string_view name = inner.substr(0, colon);
  FLAGSTREAM_ASSERT(!name.empty());
  if (colon == std::string_view::npos) return {PatternSegment::Kind::kText, name};
  FLAGSTREAM_ASSERT(inner.substr(colon + 1) == "int");
  return {PatternSegment::Kind::kInteger, name};
}

// Takes the first segment off `rest`, which begins with '/'. The slash at the end of a path begins
// none. Nothing when the path is used up.
std::optional<std::string_view> TakeSegment(std::string_view& rest) {
  if (rest.size() <= 1) return std::nullopt;
  const size_t end = std::min(rest.find('/', 1), rest.size());
  const std::string_view segment = rest.substr(1, end - 1);
  rest.remove_prefix(end);
  return segment;
}

// A positive decimal below 2^63, so that PathInteger can hold it.
bool IsPositiveInteger(std::string_view text) {
  constexpr std::string_view kMax = "9223372036854775807";
  static_assert(std::numeric_limits<int64_t>::max() == 9223372036854775807);
  if (text.empty() || !std::all_of(text.begin(), text.end(), IsDigit)) return false;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));
  return !text.empty() &&
         (text.size() < kMax.size() || (text.size() == kMax.size() && text <= kMax));
}

}  // namespace

// What may follow a given beginning of a path.
struct Router::Node {
  Node& Child(const PatternSegment& segment) {
    std::unique_ptr<Node>& child = segment.kind == PatternSegment::Kind::kLiteral
                                       ? literals[std::string(segment.text)]
                                   : segment.kind == PatternSegment::Kind::kInteger ? integer
                                                                                    : text;
    if (child == nullptr) child = std::make_unique<Node>();
    return *child;
  }

  const Node* Literal(std::string_view segment) const {
    const auto found = segment.find('%') == std::string_view::npos
                           ? literals.find(segment)
                           : literals.find(DecodePercent(segment));
    return found == literals.end() ? nullptr : found->second.get();
  }

  // The node of the whole path `rest`; `captures` gets the encoded parameters on the way to it. The
  // depth of the recursion is that of the longest pattern.
  const Node* Find(std::string_view rest, std::vector<std::string_view>& captures) const {
    const std::optional<std::string_view> segment = TakeSegment(rest);
    if (!segment) return has_routes ? this : nullptr;
    if (const Node* next = Literal(*segment)) {
      if (const Node* found = next->Find(rest, captures)) return found;
    }
    if (segment->empty()) return nullptr;
    captures.push_back(*segment);
    if (integer != nullptr && IsPositiveInteger(*segment)) {
      if (const Node* found = integer->Find(rest, captures)) return found;
    }
    if (text != nullptr) {
      if (const Node* found = text->Find(rest, captures)) return found;
    }
    captures.pop_back();
    return nullptr;
  }

  // The route that answers `method`, if any.
  const Route* For(Method method) const {
    if (method == Method::kOther) return nullptr;
    const Route* route = routes[static_cast<size_t>(method)].get();
    if (route != nullptr || method != Method::kHead) return route;
    return routes[static_cast<size_t>(Method::kGet)].get();
  }

  const Route& AnyRoute() const {
    return **std::find_if(routes.begin(), routes.end(), [](const auto& r) { return r != nullptr; });
  }

  // Made again when a route is added, so that answering costs nothing.
  void UpdateAllow() {
    allow.clear();
    for (const Method method : kAllowOrder) {
      if (For(method) == nullptr && method != Method::kOptions) continue;
      if (!allow.empty()) allow.append(", ");
      allow.append(MethodName(method));
    }
  }

  // The depth of the recursion is that of the longest pattern.
  void Wrap(const Wrapper& wrap) {
    for (const std::unique_ptr<Route>& route : routes) {
      if (route != nullptr) route->handler = wrap(route->pattern, allow, std::move(route->handler));
    }
    for (const auto& [literal, child] : literals) child->Wrap(wrap);
    if (integer != nullptr) integer->Wrap(wrap);
    if (text != nullptr) text->Wrap(wrap);
  }

  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> integer;
  std::unique_ptr<Node> text;

  std::array<std::unique_ptr<Route>, kMethodCount> routes;
  bool has_routes = false;
  std::string allow;
};

Router::Router(FallbackAnswers fallbacks)
    : fallbacks_(std::move(fallbacks)),
      not_found_([this](const Request& request, Responder responder) {
        responder.Send(fallbacks_.not_found(request));
      }),
      root_(std::make_unique<Node>()) {}

Router::~Router() = default;

void Router::Add(Method method, std::string_view pattern, Handler handler) {
  FLAGSTREAM_ASSERT(method != Method::kOther && pattern.starts_with('/'));
  auto route =
      std::make_unique<Route>(std::string(pattern), std::vector<std::string>(), std::move(handler));
  Node* node = root_.get();
  std::string_view rest = pattern;
  while (const auto text = TakeSegment(rest)) {
    const PatternSegment segment = ParseSegment(*text);
    if (segment.kind != PatternSegment::Kind::kLiteral) route->names.emplace_back(segment.text);
    node = &node->Child(segment);
  }
  std::unique_ptr<Route>& place = node->routes[static_cast<size_t>(method)];
  FLAGSTREAM_ASSERT(place == nullptr);
  place = std::move(route);
  node->has_routes = true;
  node->UpdateAllow();
}

void Router::WrapHandlers(const Wrapper& wrap) { root_->Wrap(wrap); }

void Router::Dispatch(Request request, Responder responder) const {
  if (request.path() == "*") {
    DispatchToServer(request, std::move(responder));
    return;
  }
  std::vector<std::string_view> captures;
  const Node* node = root_->Find(request.path(), captures);
  if (node == nullptr) {
    not_found_(std::move(request), std::move(responder));
    return;
  }
  const Route* route = node->For(request.method());
  request.route_ = route != nullptr ? route->pattern : node->AnyRoute().pattern;
  if (route == nullptr) {
    const auto& fallback =
        request.method() == Method::kOptions ? fallbacks_.options : fallbacks_.method_not_allowed;
    responder.Send(fallback(request, node->allow));
    return;
  }
  for (size_t i = 0; i < captures.size(); ++i) {
    request.path_parameters_.emplace_back(route->names[i], DecodePercent(captures[i]));
  }
  route->handler(std::move(request), std::move(responder));
}

void Router::DispatchToServer(const Request& request, Responder responder) const {
  if (request.method() == Method::kOptions) {
    constexpr std::string_view kAllowAll = "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";
    responder.Send(fallbacks_.options(request, kAllowAll));
  } else {
    responder.Send(fallbacks_.bad_request(400, "Only OPTIONS may be sent to \"*\"."));
  }
}

}  // namespace flagstream::net
