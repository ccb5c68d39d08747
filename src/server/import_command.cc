// SPDX-License-Identifier: Apache-2.0
#include "server/import_command.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "auth/keys.h"
#include "auth/password.h"
#include "base/clock.h"
#include "bus/local_bus.h"
#include "server/import_file.h"
#include "service/accounts.h"
#include "service/transfer/importer.h"
#include "store/sqlite_store.h"

namespace flagstream::server {
namespace {

namespace fs = std::filesystem;

// An empty folder that goes with it: a dry run without data must not make any.
class ScratchFolder {
 public:
  static Result<std::unique_ptr<ScratchFolder>> Make() {
    std::error_code error;
    std::string path = (fs::temp_directory_path(error) / "flagstream-import-XXXXXX").string();
    if (error || mkdtemp(path.data()) == nullptr) {
      return Error::Unavailable("No folder for a dry run can be made at " + path + ".");
    }
    return std::unique_ptr<ScratchFolder>(new ScratchFolder(std::move(path)));
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

Result<service::ImportOptions> ToUseCase(const ImportCommandOptions& options,
                                         ImportFile::Format format) {
  service::ImportOptions made;
  made.source = fs::path(options.file).filename().string();
  made.dry_run = options.dry_run;
  made.brings_log = format == ImportFile::Format::kFlagstream;
  made.new_keys = options.new_keys;
  made.organisation = options.organisation;
  made.project = options.project;
  if (!options.environment.empty()) made.environment_key = options.environment;
  if (!options.admin.empty()) made.admin_email = service::NormaliseEmail(options.admin);
  // A password that nobody knows.
  FLAGSTREAM_ASSIGN(made.password_hash, auth::HashPassword(auth::NewPassword()));
  return made;
}

void Print(const ImportCommandOptions& options, ImportFile::Format format,
           const service::ImportReport& report) {
  std::printf("%s %s (%s):\n%s", options.dry_run ? "Would import" : "Imported",
              options.file.c_str(), FormatTitle(format).c_str(), report.ToText().c_str());
  if (options.dry_run) std::printf("Nothing was changed.\n");
}

}  // namespace

Result<> RunImport(const ImportCommandOptions& options) {
  FLAGSTREAM_ASSIGN(const ImportFile file, ReadImportFile(options.file, options.format));
  FLAGSTREAM_ASSIGN(const service::ImportOptions how, ToUseCase(options, file.format));
  store::SqliteOptions store_options;
  store_options.data_folder = options.data;
  std::unique_ptr<ScratchFolder> scratch;
  if (options.dry_run && !fs::exists(options.data + "/flagstream.db")) {
    FLAGSTREAM_ASSIGN(scratch, ScratchFolder::Make());
    store_options.data_folder = scratch->path();
  }
  FLAGSTREAM_ASSIGN(const auto store, store::SqliteStore::Open(store_options));
  bus::LocalBus bus;
  const service::Context context{*store, bus, SystemClock()};
  FLAGSTREAM_ASSIGN(const service::ImportReport report, service::Import(context, file.bundle, how));
  Print(options, file.format, report);
  return {};
}

}  // namespace flagstream::server
