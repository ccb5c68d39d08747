// SPDX-License-Identifier: Apache-2.0
// Runs the published SDKs in headless Chromium, each client in a profile of its own. Their page comes from a server on
// another port than the one that serves flags, so that every call crosses origins.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { PACKAGES, listen, say, sdkOptions } from "../sdk/js/protocol.mjs";

const require = createRequire(new URL("../sdk/js/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const PAGE = `<!doctype html><meta charset="utf-8"><title>client</title>
<script type="module">
  ${sdkOptions}
  window.open_client = async (command) => {
    const { createFlagsmithInstance } = await import("/sdk/" + command.package);
    window.client = createFlagsmithInstance();
    await window.client.init(sdkOptions(command, window.client, window.report));
    window.report({ type: "ready" });
  };
  window.loaded = true;
</script>`;

// The browser build of a package: what a bundler would take for the web.
const build = (name) => readFile(require.resolve(PACKAGES[name]).replace(/index\.js$/, "index.mjs"));

async function answer(request, response) {
  const sdk = request.url.match(/^\/sdk\/(\d+)$/);
  response.setHeader("Content-Type", sdk ? "text/javascript" : "text/html");
  response.end(sdk ? await build(sdk[1]) : PAGE);
}

const site = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${site.address().port}/`;

// Playwright gives it an empty folder for user data.
const browser = await chromium.launch({
  executablePath: process.env.FLAGSTREAM_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});
const contexts = new Map();

listen({
  async open(command) {
    const report = (message) => say({ client: command.open, ...message });
    const context = await browser.newContext();
    contexts.set(command.open, context);
    const page = await context.newPage();
    page.on("pageerror", (error) => report({ type: "error", error: String(error) }));
    await page.exposeFunction("report", report);
    await page.goto(origin);
    await page.waitForFunction("window.loaded");
    await page.evaluate((asked) => window.open_client(asked), command);
  },
  async close(name) {
    await contexts.get(name)?.close();
    contexts.delete(name);
    say({ client: name, type: "closed" });
  },
  async end() {
    await browser.close();
    site.close();
  },
});
say({ client: "", type: "started", origin });
