// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <variant>

#include "loadgen/follow_bench.h"
#include "loadgen/streams_bench.h"
#include "server/export_command.h"
#include "server/hub_node.h"
#include "server/import_command.h"
#include "server/logging.h"
#include "server/options.h"
#include "server/serve_node.h"
#include "server/user_command.h"

namespace flagstream::server {
namespace {

int Report(const Result<>& result) {
  if (result) return 0;
  std::fprintf(stderr, "flagstream: %s\n", result.error().ToString().c_str());
  return 1;
}

template <class Options>
int RunLogged(const Options& options, Result<> (*run)(const Options&)) {
  const std::unique_ptr<log::Sink> sink = MakeLogSink(options.log_level, options.log_format);
  log::SetSink(sink.get());
  const int code = Report(run(options));
  log::SetSink(nullptr);
  return code;
}

struct Run {
  int operator()(const ServeOptions& options) const { return RunLogged(options, &RunServe); }
  int operator()(const HubOptions& options) const { return RunLogged(options, &RunHub); }
  int operator()(const UserOptions& options) const { return Report(RunUserCommand(options)); }
  int operator()(const ImportCommandOptions& options) const { return Report(RunImport(options)); }
  int operator()(const ExportCommandOptions& options) const { return Report(RunExport(options)); }
  int operator()(const loadgen::StreamsBenchOptions& options) const {
    return loadgen::RunStreamsBench(options);
  }
  int operator()(const loadgen::FollowBenchOptions& options) const {
    return loadgen::RunFollowBench(options);
  }
  int operator()(const Message& message) const {
    std::fputs(message.text.c_str(), message.exit_code == 0 ? stdout : stderr);
    return message.exit_code;
  }
};

}  // namespace
}  // namespace flagstream::server

int main(int argc, char** argv) {
  using namespace flagstream::server;
  return std::visit(Run(), ParseCommandLine(argc, argv, ProcessEnvironment()));
}
