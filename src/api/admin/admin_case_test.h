// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/admin/register_admin.h"
#include "api/errors.h"
#include "auth/login_limiter.h"
#include "net/request_builder.h"
#include "net/router.h"
#include "service/tokens.h"
#include "testing/http_client.h"
#include "testing/management_world.h"
#include "testing/manual_executor.h"
#include "wire/json.h"

namespace flagstream::api {

// One shard with the management endpoints over a small installation in memory. Workers run when the
// test lets them: `Ask` does, and lets changes be served at once unless told otherwise.
class AdminCase : public ::testing::Test {
 protected:
  AdminCase() {
    RegisterAdmin(router_, context_);
    token_ = TokenOf(world_.admin);
  }

  std::string TokenOf(const auth::Principal& user) {
    const std::string token = auth::NewToken();
    testing::Must(store::WriteAndWait(world_.store, [&](store::Transaction& tx) {
      return service::StoreToken(tx, user.user.value, token, 1, 10);
    }));
    return token;
  }

  static net::Request Build(std::string_view method, std::string_view path, std::string_view body,
                            std::string_view authorization) {
    const std::string prefix = path.starts_with('/') ? "" : "/api/v1/";
    net::RequestBuilder builder(method, prefix + std::string(path));
    builder.AddHeader("Host", "flags.example.org");
    if (!authorization.empty()) builder.AddHeader("Authorization", authorization);
    builder.AppendBody(body);
    builder.SetClientAddress("10.0.0.1");
    return builder.Build();
  }

  testing::HttpAnswerPtr Send(std::string_view method, std::string_view path, std::string_view body,
                              std::string_view authorization) {
    return testing::HttpClient(router_, shard_).Send(Build(method, path, body, authorization));
  }

  testing::HttpAnswer AskAs(const std::string& authorization, std::string_view method,
                            std::string_view path, std::string_view body = "") {
    const testing::HttpAnswerPtr answer = Send(method, path, body, authorization);
    shard_.RunReady();
    EXPECT_TRUE(answer->sent);
    return *answer;
  }

  // As the administrator.
  testing::HttpAnswer Ask(std::string_view method, std::string_view path,
                          std::string_view body = "") {
    return AskAs("Token " + token_, method, path, body);
  }

  static wire::Json JsonOf(const testing::HttpAnswer& answer) {
    return testing::Must(wire::ParseJson(answer.body));
  }

  // What a successful request answers.
  wire::Json Get(std::string_view path) {
    const testing::HttpAnswer answer = Ask("GET", path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return JsonOf(answer);
  }

  testing::ManagementWorld world_;
  testing::ManualExecutor shard_{world_.clock};
  service::UseCases use_cases_{world_.context, {.allow_registration = true}};
  auth::LoginLimiter logins_{world_.clock};
  bool workers_take_work_ = true;
  std::optional<Task> held_;  // with hold_changes_: what waits for the changes to be served
  bool hold_changes_ = false;
  std::vector<bus::Change> waited_for_;
  std::optional<EnvironmentId> looked_at_;                       // whose streams were asked for
  Result<stream::ChannelView> streams_ = stream::ChannelView();  // what is said of them
  AdminContext context_{
      .use_cases = use_cases_,
      .logins = logins_,
      .workers = [this](Task task) { return Work(std::move(task)); },
      .hash_workers = [this](Task task) { return Work(std::move(task)); },
      .when_served =
          [this](std::vector<bus::Change> changes, Executor& executor, Task then) {
            waited_for_ = std::move(changes);
            if (hold_changes_) {
              held_ = std::move(then);
            } else {
              executor.Post(std::move(then));
            }
          },
      .look_at_streams = [this](EnvironmentId id) -> Result<stream::ChannelView> {
        looked_at_ = id;
        return streams_;
      },
  };
  net::Router router_{MakeFallbackAnswers()};
  std::string token_;

 private:
  bool Work(Task task) {
    if (workers_take_work_) shard_.Post(std::move(task));
    return workers_take_work_;
  }
};

}  // namespace flagstream::api
