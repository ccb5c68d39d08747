// SPDX-License-Identifier: Apache-2.0
// Runs the published SDKs in Node.js, as their isomorphic entry does in a page: with a window and an EventSource.
import { createRequire } from "node:module";
import { EventSource } from "eventsource";
import { PACKAGES, listen, say, sdkOptions } from "./protocol.mjs";

globalThis.window = globalThis;
globalThis.EventSource = EventSource;

const require = createRequire(import.meta.url);

listen({
  async open(command) {
    const { createFlagsmithInstance } = require(`${PACKAGES[command.package]}/isomorphic`);
    const flagsmith = createFlagsmithInstance();
    const report = (message) => say({ client: command.open, ...message });
    await flagsmith.init(sdkOptions(command, flagsmith, report));
    report({ type: "ready" });
  },
  // The SDK has no call that ends its stream; the test's gate cuts it, and the process ends with the tests.
  async close(name) {
    say({ client: name, type: "closed" });
  },
  async end() {},
});
say({ client: "", type: "started" });
