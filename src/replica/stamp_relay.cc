// SPDX-License-Identifier: Apache-2.0
#include "replica/stamp_relay.h"

#include <algorithm>
#include <utility>

namespace flagstream::replica {

void StampRelay::Port::Put(std::string key, Stamp stamp, Then then) {
  role_.AssertHere();
  waiting_.push_back({{std::move(key), stamp}, std::move(then)});
  if (waiting_.size() == 1) shard_.executor->Post([this] { Flush(); });
}

void StampRelay::Port::Flush() {
  role_.AssertHere();
  relay_.Submit(*this, std::exchange(waiting_, {}));
}

void StampRelay::Port::OfferRestored() {
  std::vector<KeyStamp> stamps;
  {
    MutexLock lock(relay_.mutex_);
    for (const auto& [key, stamp] : relay_.keys_) stamps.push_back({key, stamp});
  }
  for (const KeyStamp& stamp : stamps) {
    shard_.hub->Offer(stamp.key, stream::MakeFrame(stamp.stamp));
  }
}

StampRelay::StampRelay(size_t keys_max, StampKeeper& keeper, const Clock& clock,
                       std::vector<RelayShard> shards)
    : keys_max_(keys_max), keeper_(keeper), clock_(clock) {
  for (const RelayShard& shard : shards) ports_.push_back(std::make_unique<Port>(*this, shard));
}

StampRelay::~StampRelay() = default;

void StampRelay::Restore(const std::vector<KeyStamp>& stamps) { Record(stamps); }

size_t StampRelay::key_count() const {
  MutexLock lock(mutex_);
  return keys_.size();
}

// Old stamps and those there is no room for are answered at once; the rest waits for the disk.
void StampRelay::Submit(Port& port, std::vector<Port::Request> requests) {
  auto batch = std::make_shared<Batch>(Batch{.port = &port, .thens = {}, .stamps = {}});
  std::unordered_map<std::string_view, Stamp> newest;
  std::vector<std::pair<Then, Verdict>> decided;
  {
    MutexLock lock(mutex_);
    for (Port::Request& request : requests) {
      const Verdict verdict = Judge(request.stamp);
      if (verdict != Verdict::kNew) {
        decided.emplace_back(std::move(request.then), verdict);
        continue;
      }
      Stamp& stamp = newest[request.stamp.key];
      stamp = std::max(stamp, request.stamp.stamp);
      batch->thens.push_back(std::move(request.then));
    }
  }
  for (const auto& [key, stamp] : newest) batch->stamps.push_back({std::string(key), stamp});
  if (!batch->stamps.empty()) {
    std::vector<KeyStamp> stamps = batch->stamps;
    keeper_.Keep(std::move(stamps),
                 [this, batch](Result<> kept) { OnKept(batch, std::move(kept)); });
  }
  for (auto& [then, verdict] : decided) {
    if (verdict == Verdict::kOld) {
      then({});
    } else {
      then(Error(ErrorCode::kTooLarge, "This server has as many environments as it may have."));
    }
  }
}

StampRelay::Verdict StampRelay::Judge(const KeyStamp& stamp) {
  const auto known = keys_.find(stamp.key);
  if (known != keys_.end()) return stamp.stamp > known->second ? Verdict::kNew : Verdict::kOld;
  if (keys_.size() >= keys_max_) return Verdict::kNoRoom;
  keys_.emplace(stamp.key, Stamp());
  return Verdict::kNew;
}

// Streams hear of it before the reporter does, which has time.
void StampRelay::OnKept(const std::shared_ptr<Batch>& batch, Result<> kept) {
  std::shared_ptr<const std::vector<Offer>> offers;
  if (kept) {
    Record(batch->stamps);
    offers = std::make_shared<const std::vector<Offer>>(MakeOffers(batch->stamps));
    for (const std::unique_ptr<Port>& port : ports_) {
      port->shard_.executor->Post([hub = port->shard_.hub, offers] {
        for (const Offer& offer : *offers) hub->Offer(offer.key, offer.frame);
      });
    }
  }
  batch->port->shard_.executor->Post([batch, kept = std::move(kept)] {
    for (Then& then : batch->thens) then(kept);
  });
}

void StampRelay::Record(const std::vector<KeyStamp>& stamps) {
  MutexLock lock(mutex_);
  for (const KeyStamp& stamp : stamps) {
    Stamp& durable = keys_[stamp.key];
    durable = std::max(durable, stamp.stamp);
  }
}

std::vector<StampRelay::Offer> StampRelay::MakeOffers(const std::vector<KeyStamp>& stamps) const {
  const int64_t now = clock_.NowMicros();
  std::vector<Offer> offers;
  offers.reserve(stamps.size());
  for (const KeyStamp& stamp : stamps) {
    offers.push_back({stamp.key, stream::MakeFrame(stamp.stamp, now)});
  }
  return offers;
}

}  // namespace flagstream::replica
