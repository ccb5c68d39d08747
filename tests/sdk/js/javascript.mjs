// SPDX-License-Identifier: Apache-2.0
// Drives the JavaScript client in Node.js, as its isomorphic entry runs in a page: with a window and an EventSource.
import { createRequire } from "node:module";
import { EventSource } from "eventsource";
import { openClient } from "./client.mjs";
import { countEvents } from "./heard.mjs";
import { PACKAGES, serve, versionOf } from "./protocol.mjs";

globalThis.window = globalThis;
globalThis.EventSource = EventSource;
const heard = countEvents(globalThis);

const require = createRequire(import.meta.url);

serve({
  versions: Object.fromEntries(Object.entries(PACKAGES).map(([sdk, name]) => [sdk, versionOf(name)])),
  async open(command) {
    const { createFlagsmithInstance } = require(`${PACKAGES[command.sdk]}/isomorphic`);
    return { ...await openClient(createFlagsmithInstance(), command), heard: () => heard(command.stream) };
  },
});
