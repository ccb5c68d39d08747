// SPDX-License-Identifier: Apache-2.0
// What the tests and an agent say to each other: one JSON object a line. A test sends
//   {"open": NAME, "package": "12" | "10", "environmentID", "api", "eventSourceUrl", "identity"?, "traits"?, "headers"?}   and   {"close": NAME}
// and hears, per client,
//   {"client": NAME, "type": "ready" | "change" | "error" | "closed", ...}.
import readline from "node:readline";

// The published packages by the name tests use; both are installed unmodified.
export const PACKAGES = { 12: "@flagsmith/flagsmith", 10: "flagsmith-10" };

export function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

// Calls `open(command)` and `close(name)` as told, and `end()` when the test has closed our input.
export function listen({ open, close, end }) {
  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const command = JSON.parse(line);
    const name = command.open ?? command.close;
    const work = command.open ? open(command) : close(name);
    work.catch((error) => say({ client: name, type: "error", error: String(error?.stack ?? error) }));
  });
  lines.on("close", () => end().then(() => process.exit(0)));
}

// The options of the SDK for a command; `report` gets what the client says. Runs in Node and, as text, in a page.
export function sdkOptions(command, flagsmith, report) {
  const flags = () =>
    Object.fromEntries(Object.entries(flagsmith.getAllFlags()).map(([name, flag]) => [name, [flag.enabled, flag.value]]));
  return {
    environmentID: command.environmentID,
    api: command.api,
    eventSourceUrl: command.eventSourceUrl,
    realtime: true,
    ...(command.headers ? { headers: command.headers } : {}),
    ...(command.identity ? { identity: command.identity } : {}),
    ...(command.traits ? { traits: command.traits } : {}),
    onChange: (_previous, info) => report({ type: "change", flags: flags(), fromServer: info.isFromServer }),
    onError: (error) => report({ type: "error", error: String(error) }),
  };
}
