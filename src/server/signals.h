// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace flagstream::server {

// Keeps SIGINT and SIGTERM from ending the process, so that WaitForStop can be told of them, and
// ignores SIGPIPE. Before any thread is started: threads inherit it.
void BlockStopSignals();

// Waits for SIGINT or SIGTERM and returns its number, after which a second one ends the process at
// once, as usual; or 0 as soon as `readable`, a descriptor unless it is -1, has something to read.
int WaitForStop(int readable);

}  // namespace flagstream::server
