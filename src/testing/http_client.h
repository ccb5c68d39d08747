// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "net/request.h"
#include "net/router.h"
#include "net/stream_connection.h"

namespace flagstream::testing {

// The client's end of a connection that became a stream: keeps what it was sent, and is as slow as
// a test makes it.
class FakeStreamPeer {
 public:
  std::string head;      // what TakeOver was given
  std::string received;  // all bytes after it
  bool finished = false;
  bool destroyed = false;  // the server let go of the connection

  // How many bytes the "kernel" takes from now on.
  size_t room = SIZE_MAX;

  // Makes room and tells the server if it waits for that.
  void Drain(size_t bytes);
  // The peer goes away.
  void Close();

 private:
  friend class FakeStreamConnection;
  net::StreamConnection::Observer* observer_ = nullptr;
  bool waits_ = false;
};

// What came back for one request.
struct HttpAnswer {
  bool sent = false;  // false: the server has not answered yet
  int status = 0;
  std::string header_lines;
  std::string body;
  bool is_chunked = false;                         // the body is still in its chunks
  std::shared_ptr<const std::string> shared_body;  // set if the body was shared, not copied
  std::shared_ptr<FakeStreamPeer> stream;          // set if the connection became a stream

  // The value of the only header `name`, case ignored; nothing if there is none. More than one is a
  // failure of the test.
  std::optional<std::string> Header(std::string_view name) const;
  bool Has(std::string_view name) const { return Header(name).has_value(); }
};

using HttpAnswerPtr = std::shared_ptr<HttpAnswer>;

// Asks a Router as a client would, without sockets. Like net's session it leaves out the body of an
// answer to HEAD.
class HttpClient {
 public:
  HttpClient(const net::Router& router, Executor& shard) : router_(router), shard_(shard) {}

  // The answer may come later, when the test lets other parts run.
  HttpAnswerPtr Send(net::Request request) const;
  // Without body or headers.
  HttpAnswerPtr Send(std::string_view method, std::string_view target) const;

 private:
  const net::Router& router_;
  Executor& shard_;
};

}  // namespace flagstream::testing
