// The upstream of the benchmark, a process of its own: fixed answers in OpenAI's dialect, with usage.
import { COMPLETION, STREAM_EVENTS } from "./work.ts";

const encoder = new TextEncoder();
const completion = encoder.encode(COMPLETION);
const events = STREAM_EVENTS.map((text) => encoder.encode(text));

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Each event in a turn of its own, so that they arrive one by one, as a model's words do. */
async function* stream() {
  for (const bytes of events) {
    yield bytes;
    await nextTurn();
  }
}

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const body = await request.text();
    if (!body.includes('"stream":true')) {
      return new Response(completion, { headers: { "content-type": "application/json" } });
    }
    return new Response(stream(), { headers: { "content-type": "text/event-stream" } });
  },
});

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
