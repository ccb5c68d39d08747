// SPDX-License-Identifier: Apache-2.0
#include "server/service_manager.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/log.h"

namespace flagstream::server {
namespace {

constexpr std::string_view kOperatorsName = "ops";

// The list that sd_listen_fds_with_names allocates.
class Names {
 public:
  Names() = default;
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  ~Names() {
    for (char** name = names_; name != nullptr && *name != nullptr; ++name) std::free(*name);
    std::free(names_);
  }

  char*** out() { return &names_; }
  std::string_view operator[](size_t index) const { return names_[index]; }

 private:
  char** names_ = nullptr;
};

// A failure to tell is no reason to end, and the service manager will notice by itself.
void Tell(const std::string& state) {
  const int told = sd_notify(/*unset_environment=*/0, state.c_str());
  if (told >= 0) return;
  log::Warning("the service manager could not be told",
               {{"state", state}, {"error", std::generic_category().message(-told)}});
}

}  // namespace

Result<MovedClients> TakePassedSockets() {
  Names names;
  const int count = sd_listen_fds_with_names(/*unset_environment=*/1, names.out());
  if (count < 0) {
    return Error(ErrorCode::kUnavailable,
                 "the sockets that were passed (LISTEN_FDS) cannot be taken: " +
                     std::generic_category().message(-count));
  }
  MovedClients passed;
  passed.whose = net::Server::Sockets::kShared;
  for (int i = 0; i < count; ++i) {
    const bool is_for_operators = names[static_cast<size_t>(i)] == kOperatorsName;
    MovedSide& side = is_for_operators ? passed.operators : passed.clients;
    side.listening.emplace_back(SD_LISTEN_FDS_START + i);
  }
  return passed;
}

void TellReady(const std::string& status) {
  Tell("MAINPID=" + std::to_string(getpid()) + "\nREADY=1\nSTATUS=" + status);
}

void TellStopping() { Tell("STOPPING=1\nSTATUS=stopping"); }

}  // namespace flagstream::server
