// SPDX-License-Identifier: Apache-2.0
#include "store/restore_witness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/hash.h"

namespace flagstream::store {
namespace {

// Always of this length, so that a later text covers an earlier one whole. The last line proves
// that all of it is there.
constexpr const char* kFormat =
    "flagstream witness 1\n"
    "incarnation %36s\n"
    "generation %020" PRId64
    "\n"
    "newest-stamp %020" PRId64
    "\n"
    "database-made %020" PRId64 "\n";
constexpr const char* kScanFormat =
    "flagstream witness 1\n"
    "incarnation %36s\n"
    "generation %20" SCNd64
    "\n"
    "newest-stamp %20" SCNd64
    "\n"
    "database-made %20" SCNd64 "\n";
constexpr size_t kTextMax = 512;
constexpr size_t kDigestLength = 64;

std::string ToText(const RestoreWitness::Memory& memory) {
  std::array<char, kTextMax> text{};
  const int size =
      std::snprintf(text.data(), text.size(), kFormat, memory.progress.incarnation.c_str(),
                    memory.progress.generation, memory.newest_stamp, memory.database_made);
  const std::string body(text.data(), static_cast<size_t>(size));
  return body + Sha256Hex(body) + "\n";
}

std::optional<RestoreWitness::Memory> FromText(const std::string& text) {
  if (text.size() <= kDigestLength + 1) return std::nullopt;
  const std::string body = text.substr(0, text.size() - kDigestLength - 1);
  if (Sha256Hex(body) + "\n" != text.substr(body.size())) return std::nullopt;
  RestoreWitness::Memory memory;
  std::array<char, 37> incarnation{};
  if (std::sscanf(body.c_str(), kScanFormat, incarnation.data(), &memory.progress.generation,
                  &memory.newest_stamp, &memory.database_made) != 4) {
    return std::nullopt;
  }
  memory.progress.incarnation = incarnation.data();
  return memory;
}

std::string ReadAll(int file) {
  std::array<char, kTextMax> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  return {text.data(), size < 0 ? 0 : static_cast<size_t>(size)};
}

Error Failed(const std::string& path, const char* verb) {
  return Error::Unavailable("The file " + path + " cannot be " + verb + ": " +
                            std::strerror(errno) + ".");
}

}  // namespace

Result<std::unique_ptr<RestoreWitness>> RestoreWitness::Open(const std::string& folder) {
  std::string path = folder + "/flagstream.witness";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed(path, "opened");
  std::unique_ptr<RestoreWitness> witness(new RestoreWitness(std::move(path), file));
  witness->found_ = FromText(ReadAll(file));
  return witness;
}

RestoreWitness::~RestoreWitness() { close(file_); }

Result<void> RestoreWitness::Remember(const Memory& memory) {
  const std::string text = ToText(memory);
  if (pwrite(file_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return Failed(path_, "written");
  }
  return {};
}

Result<void> RestoreWitness::Sync() {
  if (fsync(file_) != 0) return Failed(path_, "written");
  return {};
}

std::optional<std::string> SignOfRestore(const StoreProgress& database, int64_t database_made,
                                         const std::optional<RestoreWitness::Memory>& witness) {
  if (!witness) return "the witness beside the database is missing";
  if (witness->progress.incarnation != database.incarnation) {
    return "the witness saw another database";
  }
  if (witness->progress.generation > database.generation) {
    return "the witness saw a later state of the database";
  }
  if (database_made != 0 && witness->database_made != 0 &&
      witness->database_made != database_made) {
    return "the database is a copy of the one that the witness saw";
  }
  return std::nullopt;
}

int64_t MomentMade(const std::string& path) {
  struct statx status{};
  if (statx(AT_FDCWD, path.c_str(), 0, STATX_BTIME, &status) != 0) return 0;
  if ((status.stx_mask & STATX_BTIME) == 0) return 0;
  return status.stx_btime.tv_sec * 1'000'000 + status.stx_btime.tv_nsec / 1'000;
}

}  // namespace flagstream::store
