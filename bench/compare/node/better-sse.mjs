// SPDX-License-Identifier: Apache-2.0
// Serves streams by the library better-sse on Node's own HTTP server.
//
// usage: node better-sse.mjs PORT
import { createServer } from "node:http";
import { json } from "node:stream/consumers";

import { createChannel, createSession } from "better-sse";

const TICKS_PER_SECOND = 64;
const channel = createChannel();

// A Date counts milliseconds, of which a tick has more than fifteen.
function dataOf(updatedAt) {
  const ticks = Math.floor((Date.parse(updatedAt) * TICKS_PER_SECOND) / 1000);
  return `{"updated_at": ${(ticks / TICKS_PER_SECOND).toFixed(6)}}`;
}

async function serve(request, response) {
  if (request.url.endsWith("/queue-change")) {
    const change = await json(request);
    channel.broadcast(dataOf(change.updated_at), "environment_updated");
    response.end("{}");
    return;
  }
  channel.register(await createSession(request, response, { serializer: (data) => data, retry: 15000 }));
}

createServer((request, response) => {
  serve(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
}).listen(Number(process.argv[2]), "127.0.0.1");
