// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"
#include "bus/bus.h"
#include "service/change_list.h"
#include "service/context.h"
#include "service/written.h"
#include "store/query.h"
#include "store/records.h"
#include "store/stamping.h"
#include "store/store.h"

namespace flagstream::service {

enum class ChangeType { kCreate, kUpdate, kDelete };

// A row of the audit log, before it is stored. Leave an id 0 where the change belongs to no such
// thing.
struct AuditEntry {
  std::string log;
  std::string_view object_type;  // "FEATURE", "FEATURE_STATE", "ENVIRONMENT", "PROJECT", ...
  int64_t object_id = 0;
  std::string object_uuid;
  ChangeType type = ChangeType::kUpdate;
  int64_t organisation = 0;
  int64_t project = 0;
  int64_t environment = 0;
  ChangeList changes;
};

// One write under way: its transaction, and what has to happen in it beside the change itself.
// However often a request says that an environment changed, it gets one stamp, at the end.
class Writing {
 public:
  // All must outlive it. `author` is null where no user stands behind the write.
  static Result<Writing> Begin(store::Transaction& tx, const auth::Principal* author,
                               const LimitRefusals* refusals);

  store::Transaction& tx() { return *tx_; }
  // The store's time, one for the whole write.
  int64_t now() const { return now_; }

  // Holds the row until the end and reads it again, so that what is decided from it stays true.
  // Rows are held in the order organisation, project, environment, identity; several of a kind by
  // ascending id.
  template <class Record>
  Result<Record> Hold(int64_t id);
  // Only keeps others from changing it meanwhile: what writes of traits need of the environment.
  template <class Record>
  Result<void> HoldShared(int64_t id);

  // Clients must hear of it.
  void Stamp(EnvironmentId environment) { stamped_.push_back(environment); }
  Result<void> StampProject(ProjectId project);
  Result<void> StampOrganisation(OrganisationId organisation);
  // Replicas must load it, clients need not hear of it.
  void Revise(EnvironmentId environment) { revised_.push_back(environment); }
  // Stored traits of the identity changed. Sets its stamp and stores it.
  Result<void> StampIdentity(store::Identity& identity);
  // With all that is stored of it; the environment must be held.
  Result<void> DeleteIdentity(const store::Identity& identity);
  // Deletes the environment with all it holds; replicas end its streams.
  Result<void> DeleteEnvironment(const store::Environment& environment);

  Result<void> Audit(const AuditEntry& entry);

  // What a write that reaches a limit ends with: `refusal`, and it is counted.
  Error Refuse(Limit limit, Error refusal);

  // Issues what was asked for. Called once, last.
  Result<std::vector<bus::Change>> Finish();

 private:
  Writing(store::Transaction& tx, const auth::Principal* author, const LimitRefusals* refusals,
          int64_t now)
      : tx_(&tx), author_(author), refusals_(refusals), now_(now) {}

  Result<void> ReviseRest();
  void Tell(const store::Identity& identity, const store::IssuedStamp& issued);

  store::Transaction* tx_;
  const auth::Principal* author_;
  const LimitRefusals* refusals_;  // may be null
  int64_t now_;
  std::vector<EnvironmentId> stamped_;
  std::vector<EnvironmentId> revised_;
  std::vector<bus::Change> changes_;
};

template <class Record>
Result<Record> Writing::Hold(int64_t id) {
  FLAGSTREAM_TRY(tx_->LockRow(store::TableOf<Record>(), id, store::Transaction::Lock::kExclusive));
  FLAGSTREAM_ASSIGN(std::optional<Record> record, store::Get<Record>(*tx_, id));
  if (!record) return Error::NotFound();
  return *std::move(record);
}

template <class Record>
Result<void> Writing::HoldShared(int64_t id) {
  return tx_->LockRow(store::TableOf<Record>(), id, store::Transaction::Lock::kShared);
}

// Tells every node. After the commit.
void Publish(const Context& context, std::vector<bus::Change>& changes);

// Runs `work`, a Result<T>(Writing&), in one transaction and then publishes what it stamped. The
// work may run more than once. Blocks until the change is durable; an error of the work undoes
// everything.
template <class T, class Work>
Result<Written<T>> Write(const Context& context, const auth::Principal* author, const Work& work) {
  std::optional<T> value;
  std::vector<bus::Change> changes;
  FLAGSTREAM_TRY(store::WriteAndWait(context.store, [&](store::Transaction& tx) -> Result<void> {
    FLAGSTREAM_ASSIGN(Writing writing, Writing::Begin(tx, author, context.refusals));
    FLAGSTREAM_ASSIGN(value, work(writing));
    FLAGSTREAM_ASSIGN(changes, writing.Finish());
    return {};
  }));
  Publish(context, changes);
  return Written<T>{*std::move(value), std::move(changes)};
}

// The same for what no replica holds, as accounts and tokens. `work` is a Result<void>(Writing&).
template <class Work>
Result<void> WriteUnserved(const Context& context, const Work& work) {
  const auto written = Write<Done>(context, nullptr, [&](Writing& writing) -> Result<Done> {
    FLAGSTREAM_TRY(work(writing));
    return Done{};
  });
  return written ? Result<void>() : written.error();
}

// Runs `work`, a Result<T>(store::Reader&), in one read transaction.
template <class T, class Work>
Result<T> Read(const Context& context, const Work& work) {
  std::optional<T> value;
  FLAGSTREAM_TRY(context.store.Read([&](store::Reader& reader) -> Result<void> {
    FLAGSTREAM_ASSIGN(value, work(reader));
    return {};
  }));
  return *std::move(value);
}

}  // namespace flagstream::service
