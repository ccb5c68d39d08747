// SPDX-License-Identifier: Apache-2.0
#include "server/export_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "service/transfer/exporter.h"
#include "store/folder_lock.h"
#include "store/read_only_store.h"

namespace flagstream::server {
namespace {

// Where the export goes: a file that has its name only once it is whole, or standard output.
class Output {
 public:
  static Result<std::unique_ptr<Output>> Open(const std::string& path);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Result<> Write(std::string_view bytes);
  Result<> Finish();

 private:
  Output(std::string path, std::string part, std::FILE* file)
      : path_(std::move(path)), part_(std::move(part)), file_(file) {}

  Error Failed() const {
    return Error::Unavailable((path_.empty() ? "Standard output" : "The file " + path_) +
                              " cannot be written: " + std::strerror(errno) + ".");
  }

  const std::string path_;  // empty: standard output
  const std::string part_;  // what is there until Finish
  std::FILE* file_;
  bool finished_ = false;
};

Result<std::unique_ptr<Output>> Output::Open(const std::string& path) {
  if (path.empty()) return std::unique_ptr<Output>(new Output("", "", stdout));
  std::string part = path + ".part-XXXXXX";
  const int file = mkstemp(part.data());  // 0600
  if (file < 0) {
    return Error::Unavailable("The file " + path + " cannot be written: " + std::strerror(errno) +
                              ".");
  }
  return std::unique_ptr<Output>(new Output(path, part, fdopen(file, "w")));
}

Output::~Output() {
  if (path_.empty() || finished_) return;
  std::fclose(file_);
  std::remove(part_.c_str());
}

Result<> Output::Write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return Failed();
  return {};
}

Result<> Output::Finish() {
  if (std::fflush(file_) != 0) return Failed();
  if (path_.empty()) return {};
  if (fsync(fileno(file_)) != 0) return Failed();
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return Failed();
  finished_ = true;
  std::fclose(file_);
  const std::filesystem::path folder = std::filesystem::absolute(path_).parent_path();
  return store::SyncFolder(folder.string());
}

}  // namespace

Result<> RunExport(const ExportCommandOptions& options) {
  FLAGSTREAM_ASSIGN(const auto store, store::ReadOnlyStore::Open(options.data));
  FLAGSTREAM_ASSIGN(const std::unique_ptr<Output> output, Output::Open(options.file));
  const service::ExportOptions what = {options.organisation, options.with_secrets};
  FLAGSTREAM_TRY(store->Read([&](store::Reader& reader) {
    return service::Export(reader, what,
                           [&](std::string_view bytes) { return output->Write(bytes); });
  }));
  return output->Finish();
}

}  // namespace flagstream::server
