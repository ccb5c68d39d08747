// SPDX-License-Identifier: Apache-2.0
#include "loadgen/publisher.h"

#include <utility>

#include "base/clock.h"
#include "wire/json.h"
#include "wire/time.h"

namespace flagstream::loadgen {
namespace {

Result<> ExpectSuccess(const Result<HttpAnswer>& answer, std::string_view doing) {
  if (!answer) return answer.error();
  if (answer->status / 100 == 2) return {};
  return Error::Unavailable(std::string(doing) + " was answered with " +
                            std::to_string(answer->status) + ": " + answer->body);
}

std::string TokenHeader(const std::string& token) {
  return "Authorization: Token " + token + "\r\n";
}

class QueueChangePublisher final : public Publisher {
 public:
  QueueChangePublisher(HttpClient client, const std::string& key, const std::string& token)
      : client_(std::move(client)),
        path_("/sse/environments/" + key + "/queue-change"),
        headers_(TokenHeader(token)) {}

  Result<> Send() override {
    const std::string now = wire::FormatDocumentTime(SystemClock().NowMicros());
    return client_.Send("POST", path_, headers_, "{\"updated_at\": \"" + now + "\"}");
  }
  Result<> Confirm() override { return ExpectSuccess(client_.ReadAnswer(), "queue-change"); }

 private:
  HttpClient client_;
  const std::string path_;
  const std::string headers_;
};

class AdminPublisher final : public Publisher {
 public:
  AdminPublisher(HttpClient client, std::string path, const std::string& token, bool enabled)
      : client_(std::move(client)),
        path_(std::move(path)),
        headers_(TokenHeader(token)),
        enabled_(enabled) {}

  Result<> Send() override {
    enabled_ = !enabled_;
    return client_.Send("PATCH", path_, headers_,
                        enabled_ ? R"({"enabled": true})" : R"({"enabled": false})");
  }
  Result<> Confirm() override {
    return ExpectSuccess(client_.ReadAnswer(), "switching the feature");
  }

 private:
  HttpClient client_;
  const std::string path_;
  const std::string headers_;
  bool enabled_;
};

}  // namespace

std::unique_ptr<Publisher> MakeQueueChangePublisher(HttpClient client, std::string environment_key,
                                                    std::string token) {
  return std::make_unique<QueueChangePublisher>(std::move(client), environment_key, token);
}

Result<std::unique_ptr<Publisher>> MakeAdminPublisher(HttpClient client,
                                                      std::string environment_key,
                                                      std::string token) {
  const std::string list = "/api/v1/environments/" + environment_key + "/featurestates/";
  FLAGSTREAM_TRY(client.Send("GET", list, TokenHeader(token), ""));
  const Result<HttpAnswer> answer = client.ReadAnswer();
  FLAGSTREAM_TRY(ExpectSuccess(answer, "listing the feature states"));
  FLAGSTREAM_ASSIGN(const wire::Json page, wire::ParseJson(answer->body));
  const wire::Json* results = page.Find("results");
  if (results == nullptr || results->AsArray() == nullptr || results->AsArray()->empty()) {
    return Error(ErrorCode::kNotFound, "the environment has no feature to switch");
  }
  const wire::Json& state = results->AsArray()->front();
  const wire::Json* id = state.Find("id");
  const wire::Json* enabled = state.Find("enabled");
  if (id == nullptr || id->AsInteger() == nullptr || enabled == nullptr ||
      enabled->AsBool() == nullptr) {
    return Error(ErrorCode::kCorrupt, "the feature state in the answer has no id or enabled");
  }
  return std::unique_ptr<Publisher>(std::make_unique<AdminPublisher>(
      std::move(client), list + std::to_string(*id->AsInteger()) + "/", token, *enabled->AsBool()));
}

}  // namespace flagstream::loadgen
