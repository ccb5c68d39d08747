// SPDX-License-Identifier: Apache-2.0
// Drives the JavaScript client in headless Chromium, bare, under React and in its build for React Native, each client in a profile of
// its own. Their page comes from a server on another port than the one that serves flags, so that every call crosses origins.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { build as bundle } from "esbuild";
import { chromium } from "playwright-core";
import { PACKAGES, serve, versionOf } from "./protocol.mjs";

const require = createRequire(import.meta.url);

const PAGE = `<!doctype html><meta charset="utf-8"><title>client</title>
<script type="module">
  import { openClient } from "/client.mjs";
  import { countEvents } from "/heard.mjs";
  window.heard = countEvents(window);
  window.open_client = async (command) => {
    if (command.sdk === "react-12") {
      const react = await import("/react");
      window.client = await react.openClient(command);
      return;
    }
    const native = command.sdk.startsWith("react-native") ? await import("/native.mjs") : {};
    const { createFlagsmithInstance } = await import("/sdk/" + command.sdk);
    window.client = await openClient(createFlagsmithInstance(), command, native.options);
  };
  window.loaded = true;
</script>`;

// The browser build of a package: what a bundler would take for the web.
const build = (name) => readFile(require.resolve(PACKAGES[name]).replace(/index\.js$/, "index.mjs"));

const here = (name) => new URL(name, import.meta.url);

// As an application is built for the web.
async function bundleReact() {
  const { outputFiles } = await bundle({
    entryPoints: [here("react_client.mjs").pathname],
    bundle: true,
    format: "esm",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"' },
    write: false,
  });
  return outputFiles[0].text;
}

const react = await bundleReact();

async function answer(request, response) {
  const [, kind, name] = request.url.match(/^\/(sdk|react|(?:client|heard|native)\.mjs)?(?:\/(.+))?$/);
  response.setHeader("Content-Type", kind ? "text/javascript" : "text/html");
  if (kind === "sdk") response.end(await build(name));
  else if (kind === "react") response.end(react);
  else response.end(kind ? await readFile(here(kind)) : PAGE);
}

const site = createServer((request, response) => {
  answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
});
await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
const origin = `http://127.0.0.1:${site.address().port}`;

// Playwright gives it an empty folder for user data.
const browser = await chromium.launch({
  executablePath: process.env.FLAGSTREAM_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

serve({
  versions: {
    ...Object.fromEntries(Object.entries(PACKAGES).map(([sdk, name]) => [sdk, versionOf(name)])),
    "react-12": versionOf(PACKAGES["javascript-12"]),
  },
  details: { origin, runtime: `Chromium ${browser.version()}` },
  async open(command) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    const ask = async (call, argument) => {
      if (errors.length) throw new Error(errors.join("; "));
      return page.evaluate(call, argument);
    };
    await page.goto(`${origin}/`);
    await page.waitForFunction("window.loaded");
    await page.evaluate((asked) => window.open_client(asked), command);
    return {
      flags: () => ask("window.client.flags()"),
      identify: (asked) => ask((identity) => window.client.identify(identity), asked),
      changes: () => ask("window.client.changes()"),
      heard: () => ask((base) => window.heard(base), command.stream),
      close: () => context.close(),
    };
  },
  async end() {
    await browser.close();
    site.close();
  },
});
