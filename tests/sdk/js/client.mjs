// SPDX-License-Identifier: Apache-2.0
// One instance of the JavaScript client. Runs in Node.js and, served as it is, in a page.

export function sdkOptions(command, changes, errors, flagsmith) {
  return {
    environmentID: command.key,
    api: command.api,
    eventSourceUrl: command.stream,
    realtime: command.mode === "stream",
    enableAnalytics: command.analytics,
    ...(command.headers ? { headers: command.headers } : {}),
    ...(command.identity ? { identity: command.identity } : {}),
    ...(command.traits ? { traits: command.traits } : {}),
    onChange: (_previous, info) => changes.push({ flags: flagsOf(flagsmith), fromServer: info.isFromServer }),
    onError: (error) => errors.push(String(error)),
  };
}

export function flagsOf(flagsmith) {
  return Object.fromEntries(Object.entries(flagsmith.getAllFlags()).map(([name, flag]) => [name, [flag.enabled, flag.value]]));
}

// `options`: more of them, which tests do not know.
export async function openClient(flagsmith, command, options = {}) {
  const changes = [];
  const errors = [];
  const failOnError = () => {
    if (errors.length) throw new Error(errors.join("; "));
  };
  await flagsmith.init({ ...sdkOptions(command, changes, errors, flagsmith), ...options });
  return {
    // What the client holds; it asks nobody.
    flags() {
      failOnError();
      const flags = flagsOf(flagsmith);
      if (command.analytics) for (const name of Object.keys(flags)) flagsmith.hasFeature(name);
      return flags;
    },
    // Logs another identity in.
    async identify({ identity, traits }) {
      await flagsmith.identify(identity, traits);
      failOnError();
    },
    // What onChange was called with, oldest first.
    changes() {
      failOnError();
      return changes;
    },
    // The SDK has no call that ends its stream; the test's gate cuts it, and the process ends with the tests.
    close() {},
  };
}
