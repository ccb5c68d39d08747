// SPDX-License-Identifier: Apache-2.0
#include "store/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <system_error>

namespace flagstream::store {
namespace {

Error Failed(const std::string& doing, int error) {
  return Error::Unavailable(doing + ": " + std::strerror(error) + ".");
}

std::string HostName() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "an unnamed host";
  return name.data();
}

std::string DateText(int64_t micros) {
  const std::time_t seconds = micros / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text.data();
}

std::string ReadStart(int file) {
  std::array<char, 512> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  return {text.data(), size < 0 ? 0 : static_cast<size_t>(size)};
}

Error HeldBy(const std::string& folder, std::string owner) {
  while (!owner.empty() && owner.back() == '\n') owner.pop_back();
  // Its owner has it locked but not yet signed.
  if (owner.empty()) owner = "another process";
  return {ErrorCode::kConflict, "The data folder " + folder + " is in use by " + owner + "."};
}

Result<void> Sign(int file, const std::string& path, int64_t now_micros) {
  const std::string owner = "process " + std::to_string(getpid()) + " on " + HostName() +
                            ", started " + DateText(now_micros) + "\n";
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
    return Failed("The lock " + path + " cannot be written", errno);
  }
  return {};
}

}  // namespace

Result<void> CreateDataFolder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  const std::filesystem::path parent = std::filesystem::absolute(folder, error).parent_path();
  std::filesystem::create_directories(parent, error);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Failed("The data folder " + folder + " cannot be created", errno);
  }
  return SyncFolder(parent.string());
}

Result<void> SyncFolder(const std::string& folder) {
  const int directory = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return Failed("The folder " + folder + " cannot be opened", errno);
  const int code = fsync(directory);
  const int error = errno;
  close(directory);
  if (code != 0) return Failed("The folder " + folder + " cannot be written", error);
  return {};
}

Result<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder,
                                                     int64_t now_micros) {
  const std::string path = folder + "/flagstream.lock";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed("The lock " + path + " cannot be opened", errno);
  std::unique_ptr<FolderLock> lock(new FolderLock(file));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return HeldBy(folder, ReadStart(file));
    return Failed("The lock " + path + " cannot be taken", errno);
  }
  FLAGSTREAM_TRY(Sign(file, path, now_micros));
  return lock;
}

// Nothing is removed: another process may have the file open already, waiting for its turn to try.
FolderLock::~FolderLock() { close(file_); }

}  // namespace flagstream::store
