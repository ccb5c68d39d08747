// SPDX-License-Identifier: Apache-2.0
// One client under React, in a page: a component shows the flags, and what it shows is what counts. Bundled by chromium.mjs.
import { createFlagsmithInstance } from "@flagsmith/flagsmith";
import { FlagsmithProvider, useFlags } from "@flagsmith/flagsmith/react";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { flagsOf, sdkOptions } from "./client.mjs";

// A component names the features that it uses; those of the scenarios.
const FEATURES = ["banner", "dark", "fresh", "count", "yes", "no", "empty", "colour"];

// `stateOf(name)`: [enabled, value].
function text(flagsmith, stateOf) {
  const known = flagsOf(flagsmith);
  return JSON.stringify(Object.fromEntries(FEATURES.filter((name) => name in known).map((name) => [name, stateOf(name)])));
}

function Flags({ flagsmith }) {
  const used = useFlags(FEATURES);
  return createElement("output", null, text(flagsmith, (name) => [used[name].enabled, used[name].value]));
}

export async function openClient(command) {
  const flagsmith = createFlagsmithInstance();
  const changes = [];
  const errors = [];
  const failOnError = () => {
    if (errors.length) throw new Error(errors.join("; "));
  };
  const shown = () => document.querySelector("output")?.textContent ?? "{}";
  const options = sdkOptions(command, changes, errors, flagsmith);
  const page = createElement(FlagsmithProvider, { flagsmith, options }, createElement(Flags, { flagsmith }));
  createRoot(document.body.appendChild(document.createElement("main"))).render(page);
  const drawn = async (wanted) => {
    while (!wanted()) {
      failOnError();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  };
  await drawn(() => shown() !== "{}");
  return {
    flags() {
      failOnError();
      const flags = JSON.parse(shown());
      if (command.analytics) for (const name of Object.keys(flagsOf(flagsmith))) flagsmith.hasFeature(name);
      return flags;
    },
    // Logs another identity in, and waits for the component to show what the client then holds.
    async identify({ identity, traits }) {
      await flagsmith.identify(identity, traits);
      await drawn(() => shown() === text(flagsmith, (name) => flagsOf(flagsmith)[name]));
    },
    changes() {
      failOnError();
      return changes;
    },
  };
}
