// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flagstream::net {

enum class Method { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

// "GET"; "OTHER" for kOther.
std::string_view MethodName(Method method);
// Methods are case-sensitive: "get" is kOther.
Method ParseMethod(std::string_view text);

// One HTTP request, whole: head and body are here. Owns its bytes, so it may be moved to a worker
// thread. What it hands out as string_view lives as long as the request and moves with it.
//
// What is decoded (query parameters, parts of the path) is forgiving, as Flagsmith is: a '%' that
// two hex digits do not follow stands for itself, and bytes that are not UTF-8 become U+FFFD. So
// decoded text is always valid UTF-8; it may hold any character, also NUL and line ends.
class Request {
 public:
  Method method() const { return method_; }
  // As the client wrote it ("PURGE"), also where method() is kOther.
  std::string_view method_text() const { return View(method_text_); }
  // The path as it was sent, still percent-encoded, without the query string. Begins with '/', or
  // is
  // "*".
  std::string_view path() const { return View(path_); }
  // What follows '?', still encoded; empty if there is none.
  std::string_view query() const { return View(query_); }
  std::string_view body() const { return body_; }

  // The value of the first header `name` (ASCII case ignored), without surrounding blanks.
  std::optional<std::string_view> Header(std::string_view name) const;
  // The values of all headers `name`, in their order.
  std::vector<std::string_view> Headers(std::string_view name) const;
  // The first query parameter `name`, decoded by the rules of forms: '+' and "%20" are a space.
  std::optional<std::string> QueryParameter(std::string_view name) const;
  // All values of a repeated query parameter, decoded.
  std::vector<std::string> QueryParameters(std::string_view name) const;

  // The part of the path that the route calls `name`, percent-decoded. The route must have it.
  const std::string& Path(std::string_view name) const;
  // The same for a part the route declares as an integer.
  int64_t PathInteger(std::string_view name) const;

  // Address of the client without port: the peer's, or, behind a trusted proxy, the one it reports.
  const std::string& client_address() const { return client_address_; }
  // Whether the client wants the connection kept after the answer.
  bool keep_alive() const { return keep_alive_; }
  // Whether the client speaks HTTP/1.1, thus understands chunked answers; HTTP/1.0 does not.
  bool is_http11() const { return is_http11_; }
  // The pattern of the route that matched ("/api/v1/projects/{project:int}/"): a metric label.
  // Empty if none did. Lives as long as the router.
  std::string_view route() const { return route_; }

 private:
  friend class RequestBuilder;
  friend class Router;

  // A part of head_.
  struct Part {
    uint32_t offset = 0;
    uint32_t size = 0;
  };
  struct HeaderLine {
    Part name;
    Part value;
  };

  std::string_view View(Part part) const {
    return std::string_view(head_).substr(part.offset, part.size);
  }
  Part Append(std::string_view text);

  Method method_ = Method::kOther;
  bool keep_alive_ = true;
  bool is_http11_ = true;
  Part method_text_;
  Part path_;
  Part query_;
  std::string head_;  // method, target, names and values one after the other; the parts say where
  std::vector<HeaderLine> headers_;
  std::string body_;
  std::string client_address_;
  std::string_view route_;
  std::vector<std::pair<std::string_view, std::string>> path_parameters_;  // names are the router's
};

}  // namespace flagstream::net
