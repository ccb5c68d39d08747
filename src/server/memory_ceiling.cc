// SPDX-License-Identifier: Apache-2.0
#include "server/memory_ceiling.h"

#include <unistd.h>

#include <fstream>

#include "base/log.h"

namespace flagstream::server {
namespace {

constexpr int64_t kLiftPercent = 95;  // so that it does not come and go every second

}  // namespace

std::optional<int64_t> OwnMemoryBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t total = 0;
  int64_t resident = 0;
  int64_t of_files = 0;
  if (!(file >> total >> resident >> of_files)) return std::nullopt;
  return (resident - of_files) * ::sysconf(_SC_PAGESIZE);
}

void MemoryCeiling::Update(int64_t bytes) {
  if (!slots_.is_held() && bytes > bytes_max_) {
    slots_.HoldAtTaken();
    log::Warning("memory is short; the number of streams may not grow",
                 {{"bytes", bytes}, {"max", bytes_max_}, {"streams", slots_.taken()}});
  } else if (slots_.is_held() && bytes < bytes_max_ / 100 * kLiftPercent) {
    slots_.LiftHold();
    log::Info("memory is no longer short", {{"bytes", bytes}, {"max", bytes_max_}});
  }
}

}  // namespace flagstream::server
