// SPDX-License-Identifier: Apache-2.0
// Counts the events that an SDK's streams have told it of: by its EventSource, or by the XMLHttpRequest under one of its own.
const NAME = "environment_updated";

// To be called before an SDK is loaded. Returns how many events came on streams whose URL begins with `base`.
export function countEvents(scope) {
  const streams = [];

  function open(url) {
    const stream = { url: String(url), events: 0 };
    streams.push(stream);
    return stream;
  }

  // The listener here is the first, so that an event counts in the turn in which the SDK has it.
  scope.EventSource = class extends scope.EventSource {
    constructor(url, options) {
      super(url, options);
      const stream = open(url);
      this.addEventListener(NAME, () => (stream.events += 1));
    }
  };
  if (scope.XMLHttpRequest) {
    scope.XMLHttpRequest = class extends scope.XMLHttpRequest {
      open(method, url, ...rest) {
        super.open(method, url, ...rest);
        const stream = open(url);
        this.addEventListener("readystatechange", () => {
          const isText = this.responseType === "" || this.responseType === "text";
          if (isText && this.readyState >= this.LOADING) stream.events = this.responseText.split(`event: ${NAME}\n`).length - 1;
        });
      }
    };
  }
  return (base) => streams.filter(({ url }) => url.startsWith(base)).reduce((sum, { events }) => sum + events, 0);
}
