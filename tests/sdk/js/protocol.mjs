// SPDX-License-Identifier: Apache-2.0
// The driver's side of what tests/sdk/README.md describes, for drivers that run in Node.js.
import readline from "node:readline";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import path from "node:path";

const require = createRequire(import.meta.url);

// The packages of the JavaScript client by the name tests use; all are installed unmodified.
export const PACKAGES = {
  "javascript-12": "@flagsmith/flagsmith",
  "javascript-10": "flagsmith-10",
  "react-native-11": "@flagsmith/react-native",
};

// Of an installed package, whatever it exports.
export function versionOf(name) {
  let folder = path.dirname(require.resolve(name));
  for (;;) {
    const file = path.join(folder, "package.json");
    try {
      const { version } = JSON.parse(readFileSync(file, "utf8"));
      if (version) return version;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    folder = path.dirname(folder);
  }
}

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

// Answers commands until the test closes our input. `open(command)` makes a client: { flags(command), identify?(command),
// changes?(), heard?(), close() }, each of which may be asynchronous. `end()` closes what all clients share.
export function serve({ versions, details = {}, open, end = async () => {} }) {
  const clients = new Map();

  async function answer(command) {
    if (command.do === "open") {
      clients.set(command.client, await open(command));
      return {};
    }
    const client = clients.get(command.client);
    if (command.do === "flags") return { flags: await client.flags(command) };
    if (command.do === "identify") {
      await client.identify(command);
      return {};
    }
    if (command.do === "changes") return { changes: await client.changes() };
    if (command.do === "heard") return { events: await client.heard() };
    if (command.do === "close") {
      clients.delete(command.client);
      await client?.close();
      return {};
    }
    throw new Error(`no command ${command.do}`);
  }

  const lines = readline.createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const command = JSON.parse(line);
    answer(command).then(
      (fields) => say({ id: command.id, ...fields }),
      (error) => say({ id: command.id, error: String(error?.stack ?? error) }),
    );
  });
  lines.on("close", () => end().then(() => process.exit(0)));
  say({ started: versions, ...details });
}
