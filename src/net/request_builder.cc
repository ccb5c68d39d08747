// SPDX-License-Identifier: Apache-2.0
#include "net/request_builder.h"

#include <utility>

#include "base/assert.h"
#include "net/ascii.h"

namespace flagstream::net {
namespace {

// Of "http://host:1/path?query" the part from the path on; `target` itself if it has no scheme.
std::string_view WithoutOrigin(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!EqualsIgnoringCase(target.substr(0, scheme.size()), scheme)) continue;
    const size_t end = target.find_first_of("/?", scheme.size());
    return end == std::string_view::npos ? std::string_view("/") : target.substr(end);
  }
  return target;
}

}  // namespace

RequestBuilder::RequestBuilder(std::string_view method, std::string_view target) {
  SetMethod(method);
  FLAGSTREAM_ASSERT(SetTarget(target));
}

void RequestBuilder::SetMethod(std::string_view text) {
  constexpr size_t kUsualHeadBytes = 512;  // spares growing for most requests
  request_.head_.reserve(kUsualHeadBytes);
  request_.method_ = ParseMethod(text);
  request_.method_text_ = request_.Append(text);
}

bool RequestBuilder::SetTarget(std::string_view target) {
  const std::string_view local = WithoutOrigin(target);
  const size_t question = local.find('?');
  std::string_view path = local.substr(0, question);
  if (path.empty() && local.size() != target.size()) path = "/";  // http://host?query
  if (path != "*" && (path.empty() || path.front() != '/')) return false;
  request_.path_ = request_.Append(path);
  if (question != std::string_view::npos) {
    request_.query_ = request_.Append(local.substr(question + 1));
  }
  return true;
}

void RequestBuilder::AddHeader(std::string_view name, std::string_view value) {
  constexpr size_t kUsualHeaders = 12;
  if (request_.headers_.empty()) request_.headers_.reserve(kUsualHeaders);
  const Request::Part name_part = request_.Append(name);
  request_.headers_.push_back({name_part, request_.Append(value)});
}

RequestBuilder&& RequestBuilder::Header(std::string_view name, std::string_view value) && {
  AddHeader(name, value);
  return std::move(*this);
}

RequestBuilder&& RequestBuilder::Body(std::string_view body) && {
  request_.body_ = body;
  return std::move(*this);
}

RequestBuilder&& RequestBuilder::ClientAddress(std::string_view address) && {
  request_.client_address_ = address;
  return std::move(*this);
}

RequestBuilder&& RequestBuilder::Http10() && {
  request_.is_http11_ = false;
  request_.keep_alive_ = false;
  return std::move(*this);
}

RequestBuilder&& RequestBuilder::PathParameter(std::string_view name, std::string_view value) && {
  request_.path_parameters_.emplace_back(name, value);
  return std::move(*this);
}

Request RequestBuilder::Build() { return std::exchange(request_, Request()); }

}  // namespace flagstream::net
