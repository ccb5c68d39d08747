// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <memory>

#include "base/clock.h"

namespace flagstream::net {

class Http1Session;
struct ShardContext;

// New connections that have sent something and wait until it is read. In each turn of the shard's
// loop some of them are, so that a storm of new clients leaves room between them for what those
// have who were there before: their requests, which are read at once, and events on their streams.
// On its shard.
class FirstRequests {
 public:
  explicit FirstRequests(ShardContext& context) : context_(context) {}
  ~FirstRequests();
  FirstRequests(const FirstRequests&) = delete;
  FirstRequests& operator=(const FirstRequests&) = delete;

  // The session is read in a turn to come, by its ReadFirst.
  void Add(std::shared_ptr<Http1Session> session);

  // How many are read in a turn when the one who has waited longest has for so long.
  static size_t CountPerTurn(SteadyTime::duration waited);

 private:
  struct Waiting {
    std::shared_ptr<Http1Session> session;
    SteadyTime since;
  };

  void PostTurn();
  void ReadSome();

  ShardContext& context_;
  std::deque<Waiting> waiting_;
};

}  // namespace flagstream::net
