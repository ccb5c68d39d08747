// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flagstream::server {

// Keeps SIGINT and SIGTERM from ending the process, so that WaitForStop can be told of them, and
// ignores SIGPIPE. Before any thread is started: threads inherit it.
void BlockStopSignals();

// Waits for SIGINT or SIGTERM; returns its number. A second one ends the process at once, as usual.
int WaitForStop();

}  // namespace flagstream::server
