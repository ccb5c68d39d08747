// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace flagstream::server {

// `flagstream import FILE`: works on the data folder of a server that is not running.
struct ImportCommandOptions {
  std::string data;
  std::string file;
  std::string format = "auto";  // or flagstream, flagsmith, document
  bool dry_run = false;
  bool new_keys = false;
  std::string admin;        // empty: see service/transfer/importer.h
  std::string environment;  // client key of the environment that a document goes into
  std::optional<int64_t> organisation;
  std::optional<int64_t> project;
};

// `flagstream export [FILE]`: also beside a running server.
struct ExportCommandOptions {
  std::string data;
  std::string file;  // empty: standard output
  std::optional<int64_t> organisation;
  bool with_secrets = false;
};

}  // namespace flagstream::server
