// SPDX-License-Identifier: Apache-2.0
#include "store/stamp_log.h"

#include <algorithm>
#include <map>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/log.h"
#include "base/mutex.h"
#include "store/folder_lock.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/migrations.h"

namespace flagstream::store {
namespace {

using sqlite::Access;
using sqlite::Connection;
using sqlite::Statement;
using sqlite::StatementRun;

struct Held {
  Stamp durable;
  Stamp wanted;  // the newest that was put; later than `durable` while it waits
};

// Found by a view, without making a string of it.
struct KeyHash {
  using is_transparent = void;
  size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
};
using HeldByKey = std::unordered_map<std::string, Held, KeyHash, std::equal_to<>>;
using KeyEntry = HeldByKey::value_type;  // stays where it is while the map grows

struct Waiting {
  Executor* where;
  StampLog::Done done;
};

// What shares one commit.
struct Group {
  std::vector<std::pair<KeyEntry*, Stamp>> stamps;  // each key once
  std::vector<Waiting> waiting;
};

Error NotWritten(const Error& cause) {
  return {ErrorCode::kUnavailable, "The stamp could not be stored. " + cause.message(), cause};
}
Error Stopped() { return Error::Unavailable("The stamp log is closing."); }
Error TooManyWaiting() { return Error::Unavailable("Too many stamps wait to be stored."); }
Error TooManyKeys(size_t max) {
  return {ErrorCode::kTooLarge,
          "No more than " + std::to_string(max) + " environments are held (max-environments)."};
}

Result<HeldByKey> LoadAll(Connection& connection) {
  FLAGSTREAM_ASSIGN(const auto select, connection.Prepare("SELECT key, stamp FROM newest_stamp"));
  HeldByKey held;
  while (true) {
    FLAGSTREAM_ASSIGN(const bool has_row, select->Step());
    if (!has_row) return held;
    const Stamp stamp = Stamp::FromMicros(select->ReadInteger(1));
    held.emplace(select->ReadText(0), Held{stamp, stamp});
  }
}

// Calls every one of `waiting` with `result`: those of one executor in one task.
void Answer(std::vector<Waiting> waiting, const Result<void>& result) {
  std::map<Executor*, std::vector<StampLog::Done>> by_executor;
  for (Waiting& one : waiting) by_executor[one.where].push_back(std::move(one.done));
  for (auto& [where, dones] : by_executor) {
    auto call_all = [calls = std::move(dones), result]() mutable {
      for (StampLog::Done& call : calls) call(result);
    };
    if (where == nullptr) {
      call_all();
    } else {
      where->Post(std::move(call_all));
    }
  }
}

}  // namespace

class StampLog::Writer {
 public:
  Writer(std::unique_ptr<FolderLock> lock, std::unique_ptr<Connection> connection,
         std::unique_ptr<Statement> upsert, HeldByKey held, const StampLogOptions& options)
      : max_environments_(options.max_environments),
        waiting_max_(options.waiting_puts_max),
        lock_(std::move(lock)),
        connection_(std::move(connection)),
        upsert_(std::move(upsert)),
        held_(std::move(held)),
        thread_([this] { Loop(); }) {
    MutexLock held_lock(mutex_);
    for (const auto& [key, one] : held_) stats_.newest = std::max(stats_.newest, one.durable);
  }

  ~Writer() {
    Group abandoned;
    {
      MutexLock lock(mutex_);
      stopping_ = true;
      std::swap(abandoned, next_);
      wake_.NotifyAll();
    }
    thread_.join();
    Answer(std::move(abandoned.waiting), Stopped());
  }

  void Put(std::string_view key, Stamp stamp, Executor* where, Done done) EXCLUDES(mutex_) {
    const std::optional<Result<void>> at_once = Enqueue(key, stamp, where, done);
    if (at_once) AnswerOne(where, std::move(done), *at_once);
  }

  std::optional<Stamp> Newest(std::string_view key) const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    const auto found = held_.find(key);
    if (found == held_.end() || found->second.durable == Stamp()) return std::nullopt;
    return found->second.durable;
  }

  std::vector<Entry> All() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::vector<Entry> entries;
    entries.reserve(held_.size());
    for (const auto& [key, held] : held_) {
      if (held.durable != Stamp()) entries.push_back({key, held.durable});
    }
    return entries;
  }

  StampLogStats stats() const EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    StampLogStats stats = stats_;
    stats.environments = held_.size();
    stats.waiting_puts = next_.waiting.size();
    return stats;
  }

 private:
  static void AnswerOne(Executor* where, Done done, const Result<void>& result) {
    std::vector<Waiting> one;
    one.push_back({where, std::move(done)});
    Answer(std::move(one), result);
  }

  // What `done`, left alone then, is to be told without waiting; unset if it waits.
  std::optional<Result<void>> Enqueue(std::string_view key, Stamp stamp, Executor* where,
                                      Done& done) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    if (stopping_) return Stopped();
    if (next_.waiting.size() >= waiting_max_) return TooManyWaiting();
    auto found = held_.find(key);
    if (found == held_.end()) {
      if (held_.size() >= max_environments_) return TooManyKeys(max_environments_);
      found = held_.emplace(key, Held{}).first;
    }
    Held& held = found->second;
    if (stamp <= held.durable) return Result<void>();
    if (stamp > held.wanted) Want(*found, stamp);
    // Behind one that is as new, or newer, and not on the disk yet: waits for the commit after
    // which it is.
    next_.waiting.push_back({where, std::move(done)});
    if (next_.waiting.size() == 1) wake_.NotifyOne();
    return std::nullopt;
  }

  void Want(KeyEntry& entry, Stamp stamp) REQUIRES(mutex_) {
    entry.second.wanted = stamp;
    // Its place in the next group, which may be there from an earlier put.
    const auto [place, is_new] = places_.try_emplace(&entry, next_.stamps.size());
    if (is_new) {
      next_.stamps.emplace_back(&entry, stamp);
    } else {
      next_.stamps[place->second].second = stamp;
    }
  }

  void Loop() EXCLUDES(mutex_) {
    while (true) {
      Group group = TakeGroup();
      if (group.waiting.empty()) return;
      const Result<void> written = Write(group);
      Settle(group, written);
      Answer(std::move(group.waiting),
             written ? Result<void>() : Result<void>(NotWritten(written.error())));
    }
  }

  // Waits for puts; empty when it is time to end.
  Group TakeGroup() EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    while (next_.waiting.empty() && !stopping_) wake_.Wait(mutex_);
    Group group;
    std::swap(group, next_);
    places_.clear();
    return group;
  }

  Result<void> Write(const Group& group) {
    const Result<void> written = TryWrite(group);
    if (written || !connection_->IsInTransaction()) return written;
    const Result<void> undone = connection_->Execute("ROLLBACK");
    FLAGSTREAM_ASSERT(undone.ok() || !connection_->IsInTransaction());
    return written;
  }

  Result<void> TryWrite(const Group& group) {
    if (group.stamps.empty()) return {};  // all of them are in the commit before
    FLAGSTREAM_TRY(connection_->Execute("BEGIN IMMEDIATE"));
    for (const auto& [entry, stamp] : group.stamps) {
      const StatementRun run(*upsert_);
      upsert_->BindText(entry->first);
      upsert_->BindInteger(stamp.micros());
      FLAGSTREAM_TRY(upsert_->Run());
    }
    return connection_->Execute("COMMIT");
  }

  void Settle(const Group& group, const Result<void>& written) EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const auto& [entry, stamp] : group.stamps) {
      Held& held = entry->second;
      if (written) {
        held.durable = stamp;
        stats_.newest = std::max(stats_.newest, stamp);
      } else {
        Forget(*entry, stamp);
      }
    }
    stats_.puts += static_cast<int64_t>(group.waiting.size());
    ++(written ? stats_.commits : stats_.failed_commits);
    if (!written && !is_failing_) {
      log::Error("stamps cannot be stored", {{"error", written.error().ToString()}});
    }
    is_failing_ = !written.ok();
  }

  // `stamp` was not written. Puts behind it relied on that, so the next group writes it, if it does
  // not write a later one anyway; without any such put the key goes back to what is on the disk.
  void Forget(KeyEntry& entry, Stamp stamp) REQUIRES(mutex_) {
    if (places_.contains(&entry)) return;
    if (!next_.waiting.empty()) {
      Want(entry, stamp);
    } else if (entry.second.durable == Stamp()) {
      held_.erase(entry.first);  // never was on the disk, so it takes no place
    } else {
      entry.second.wanted = entry.second.durable;
    }
  }

  // Constant after construction
  const size_t max_environments_;
  const size_t waiting_max_;
  const std::unique_ptr<FolderLock> lock_;

  // On the log's thread
  const std::unique_ptr<Connection> connection_;
  const std::unique_ptr<Statement> upsert_;
  bool is_failing_ = false;

  mutable Mutex mutex_;
  CondVar wake_;
  HeldByKey held_ GUARDED_BY(mutex_);
  Group next_ GUARDED_BY(mutex_);
  std::unordered_map<KeyEntry*, size_t> places_ GUARDED_BY(mutex_);  // of keys in next_.stamps
  StampLogStats stats_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;

  std::thread thread_;
};

Result<std::unique_ptr<StampLog>> StampLog::Open(const StampLogOptions& options) {
  FLAGSTREAM_TRY(CreateDataFolder(options.data_folder));
  FLAGSTREAM_ASSIGN(std::unique_ptr<FolderLock> lock,
                    FolderLock::Take(options.data_folder, options.clock->NowMicros()));
  FLAGSTREAM_ASSIGN(std::unique_ptr<Connection> connection,
                    Connection::Open(options.data_folder + "/hub.db", Access::kWrite));
  FLAGSTREAM_TRY(sqlite::Migrate(*connection, sqlite::HubMigrations()));
  FLAGSTREAM_ASSIGN(HeldByKey held, LoadAll(*connection));
  FLAGSTREAM_ASSIGN(
      std::unique_ptr<Statement> upsert,
      connection->Prepare("INSERT OR REPLACE INTO newest_stamp (key, stamp) VALUES (?, ?)"));
  FLAGSTREAM_TRY(SyncFolder(options.data_folder));
  return std::unique_ptr<StampLog>(new StampLog(std::make_unique<Writer>(
      std::move(lock), std::move(connection), std::move(upsert), std::move(held), options)));
}

StampLog::StampLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
StampLog::~StampLog() = default;

void StampLog::Put(std::string_view key, Stamp stamp, Executor* where, Done done) {
  writer_->Put(key, stamp, where, std::move(done));
}
std::optional<Stamp> StampLog::Newest(std::string_view key) const { return writer_->Newest(key); }
std::vector<StampLog::Entry> StampLog::All() const { return writer_->All(); }
StampLogStats StampLog::stats() const { return writer_->stats(); }

}  // namespace flagstream::store
