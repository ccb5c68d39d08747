// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "service/context.h"
#include "service/transfer/bundle.h"
#include "service/transfer/import_report.h"

namespace flagstream::service {

struct ImportOptions {
  std::string source;  // what the audit log calls it
  bool dry_run = false;
  // The bundle has an audit log of its own, which says more than a row about the import would.
  bool brings_log = false;
  bool new_keys = false;  // environments get new client keys
  // Becomes an administrator of each new organisation. Unset: organisations that come without an
  // administrator get the superusers; if there is nobody yet, the administrator of the first start.
  std::optional<std::string> admin_email;
  // Of new accounts that come without one.
  std::string password_hash;
  // Where a bundle of one environment goes; each says more than the one before it. What is named
  // here stays as it is but for the flags: features and segments are found by name, the states of
  // an existing environment are replaced by those of the bundle.
  std::optional<int64_t> organisation;
  std::optional<int64_t> project;
  std::optional<std::string> environment_key;
};

// Brings the bundle into the store: all of it in one transaction or, with an error, nothing. Ids
// are kept where they are free, or the rows of a table get new ones in the same order; uuids and
// keys are kept where they are free; what variants are chosen by is kept always. Every environment
// of a project that was touched is stamped once. With a dry run the same is done and undone.
// kInvalidArgument if the bundle makes no sense, kConflict if it collides with what is there,
// kTooLarge at a limit; the sentence names the row.
Result<ImportReport> Import(const Context& context, const Bundle& bundle,
                            const ImportOptions& options);

}  // namespace flagstream::service
