// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "loadgen/endpoint.h"

namespace flagstream::loadgen {

// Kept connections, one for each stream, that fetch the flags when their stream saw an event.
class FetchFleet {
 public:
  FetchFleet(Endpoint endpoint, const std::string& environment_key);
  ~FetchFleet();
  FetchFleet(const FetchFleet&) = delete;
  FetchFleet& operator=(const FetchFleet&) = delete;

  // `first_number`: of the connections before these, for the choice of source addresses.
  // kUnavailable if one cannot be made.
  Result<> Open(size_t count, size_t first_number);
  // Sends the request on connection `index`; nothing if one is under way there.
  void Fetch(size_t index);
  // Reads what has arrived, waiting at most `timeout_ms`. `on_answer` is called for each answer
  // that came whole, with its status.
  void Poll(int timeout_ms, const std::function<void(size_t index, int status)>& on_answer);

  size_t pending() const { return pending_; }
  // Connections that broke; what was asked on them is lost.
  size_t broken() const { return broken_; }

 private:
  struct Connection {
    int descriptor = -1;
    bool is_pending = false;
    int status = 0;
    size_t bytes_missing = 0;  // of the answer, once its head is read
    std::string head;
  };

  void OnReadable(size_t index, const std::function<void(size_t, int)>& on_answer);
  void OnHead(Connection& connection, std::string_view& text);
  void Break(Connection& connection);

  const Endpoint endpoint_;
  const std::string request_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::string buffer_;
  size_t pending_ = 0;
  size_t broken_ = 0;
};

}  // namespace flagstream::loadgen
