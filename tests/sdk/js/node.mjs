// SPDX-License-Identifier: Apache-2.0
// Drives the server-side SDK for Node.js.
import { Flagsmith } from "flagsmith-nodejs";
import { serve, versionOf } from "./protocol.mjs";

// Errors reach the test as answers; what the SDK logs goes nowhere, since our output is the protocol.
const logger = Object.fromEntries(["trace", "debug", "info", "warn", "error", "fatal"].map((level) => [level, () => {}]));

serve({
  versions: { node: versionOf("flagsmith-nodejs") },
  async open(command) {
    const flagsmith = new Flagsmith({
      environmentKey: command.key,
      apiUrl: command.api,
      enableLocalEvaluation: command.mode === "local",
      environmentRefreshIntervalSeconds: command.refresh_seconds,
      requestTimeoutSeconds: command.request_seconds,
      enableAnalytics: command.analytics,
      logger,
    });
    return {
      async flags({ identity, traits, transient }) {
        const flags = identity
          ? await flagsmith.getIdentityFlags(identity, traits, transient)
          : await flagsmith.getEnvironmentFlags();
        // Through the calls that are counted.
        return Object.fromEntries(
          flags.allFlags().map(({ featureName: name }) => [name, [flags.isFeatureEnabled(name), flags.getFeatureValue(name)]]),
        );
      },
      close: () => flagsmith.close(),
    };
  },
});
