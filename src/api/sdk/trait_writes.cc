// SPDX-License-Identifier: Apache-2.0
#include "api/sdk/trait_writes.h"

#include <cstddef>
#include <memory>
#include <utility>

namespace flagstream::api {
namespace {

// A list of writes on its way. Lives until the last callback.
class WriteSequence : public std::enable_shared_from_this<WriteSequence> {
 public:
  WriteSequence(replica::ShardReplica& replica, EnvironmentId environment,
                std::vector<TraitWrite> writes, UniqueFunction<void(Result<>)> then)
      : replica_(replica),
        environment_(environment),
        writes_(std::move(writes)),
        then_(std::move(then)) {}

  // A write may call back before it returns; the loop, not the stack, then goes on to the next.
  void Run() {
    if (is_running_) return;
    is_running_ = true;
    while (!is_waiting_ && next_ < writes_.size()) WriteNext();
    is_running_ = false;
    if (!is_waiting_ && !is_over_) Finish({});
  }

 private:
  void WriteNext() {
    is_waiting_ = true;
    const TraitWrite& write = writes_[next_++];
    replica_.WriteTraits(environment_, write.identifier, write.traits,
                         [self = shared_from_this()](const Result<replica::IdentityPtr>& stored) {
                           self->OnWritten(stored);
                         });
  }

  void OnWritten(const Result<replica::IdentityPtr>& stored) {
    is_waiting_ = false;
    if (!stored) {
      next_ = writes_.size();
      return Finish(stored.error());
    }
    Run();
  }

  void Finish(Result<> result) {
    is_over_ = true;
    then_(std::move(result));
  }

  replica::ShardReplica& replica_;
  const EnvironmentId environment_;
  const std::vector<TraitWrite> writes_;
  UniqueFunction<void(Result<>)> then_;
  size_t next_ = 0;
  bool is_waiting_ = false;
  bool is_running_ = false;
  bool is_over_ = false;
};

}  // namespace

void WriteInTurn(replica::ShardReplica& replica, EnvironmentId environment,
                 std::vector<TraitWrite> writes, UniqueFunction<void(Result<>)> then) {
  std::make_shared<WriteSequence>(replica, environment, std::move(writes), std::move(then))->Run();
}

}  // namespace flagstream::api
