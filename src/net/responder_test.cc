// SPDX-License-Identifier: Apache-2.0
#include "net/responder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace flagstream::net {
namespace {

// Goal: each request is answered exactly once, on its shard, whatever becomes of the responder.

class QueueExecutor : public Executor {
 public:
  void Post(Task task) override { tasks.push_back(std::move(task)); }
  void PostAfter(std::chrono::milliseconds, Task task) override { Post(std::move(task)); }
  bool IsHere() const override { return is_here; }
  void RunAll() {
    is_here = true;
    for (; !tasks.empty(); tasks.pop_front()) tasks.front()();
  }

  bool is_here = true;
  std::deque<Task> tasks;
};

struct Answers {
  int count = 0;
  int status = 0;
  std::string body;
  std::string stream_head;
};

class FakeExchange : public Responder::Exchange {
 public:
  FakeExchange(Executor& shard, Answers& answers) : shard_(shard), answers_(answers) {}
  void Send(Response response) override {
    ++answers_.count;
    answers_.status = response.status();
    answers_.body = response.body();
  }
  std::unique_ptr<StreamConnection> TakeOver(std::string_view head) override {
    ++answers_.count;
    answers_.stream_head = head;
    return nullptr;
  }
  Executor& shard() override { return shard_; }

 private:
  Executor& shard_;
  Answers& answers_;
};

class ResponderTest : public testing::Test {
 protected:
  Responder MakeResponder() {
    return Responder(std::make_shared<FakeExchange>(executor_, answers_));
  }

  QueueExecutor executor_;
  Answers answers_;
};

TEST_F(ResponderTest, SendsAtOnceOnTheShard) {
  Responder responder = MakeResponder();
  EXPECT_TRUE(responder.IsPending());
  responder.Send(Response(204));
  EXPECT_FALSE(responder.IsPending());
  EXPECT_EQ(answers_.status, 204);
}

TEST_F(ResponderTest, PostsFromElsewhere) {
  executor_.is_here = false;
  MakeResponder().Send(std::move(Response(200).SetBody(std::string("x"))));
  EXPECT_EQ(answers_.count, 0);
  executor_.RunAll();
  EXPECT_EQ(answers_.count, 1);
  EXPECT_EQ(answers_.body, "x");
}

TEST_F(ResponderTest, AnswersWith500WhenDestroyed) {
  MakeResponder();
  EXPECT_EQ(answers_.count, 1);
  EXPECT_EQ(answers_.status, 500);
  EXPECT_EQ(answers_.body, R"({"detail":"Internal server error."})");
}

TEST_F(ResponderTest, AnswersWith500WhenDestroyedElsewhere) {
  executor_.is_here = false;
  MakeResponder();
  EXPECT_EQ(answers_.count, 0);
  executor_.RunAll();
  EXPECT_EQ(answers_.status, 500);
}

TEST_F(ResponderTest, AnswersOnceWhenMovedAndAssigned) {
  Responder first = MakeResponder();
  Responder second = std::move(first);
  EXPECT_EQ(answers_.count, 0);
  second = Responder();  // gives the request up
  EXPECT_EQ(answers_.count, 1);
  EXPECT_EQ(answers_.status, 500);
}

TEST_F(ResponderTest, TakingOverIsTheAnswer) {
  EXPECT_EQ(MakeResponder().TakeOver("head"), nullptr);
  EXPECT_EQ(answers_.count, 1);
  EXPECT_EQ(answers_.stream_head, "head");
}

using ResponderDeathTest = ResponderTest;

TEST_F(ResponderDeathTest, RefusesASecondAnswer) {
  Responder responder = MakeResponder();
  responder.Send(Response(200));
  EXPECT_DEATH(responder.Send(Response(200)), "IsPending");
}

}  // namespace
}  // namespace flagstream::net
