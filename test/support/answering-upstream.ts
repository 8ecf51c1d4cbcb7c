// An upstream that answers every request of a dialect alike, whatever its size.
import type { Driver } from "../dialects/driver.ts";
import { saying } from "../dialects/requests.ts";

/** Whole with its usage, whole without it, or a stream that says something and then stays open. */
export type AnswerWay = "reported" | "unreported" | "unending";

/** Starts on a free port. */
export function answeringUpstream(driver: Driver, way: AnswerWay) {
  const answer = saying(["Fine."]);
  const usage = way === "reported" ? {} : { usage: undefined, usageMetadata: undefined };
  const whole = JSON.stringify({ ...driver.whole(answer), ...usage });
  const respond = (): Response =>
    way === "unending"
      ? new Response(unending(driver.stream(answer).head), {
          headers: { "content-type": driver.streamType },
        })
      : new Response(whole, { headers: { "content-type": "application/json" } });
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    maxRequestBodySize: 1_073_741_824,
    async fetch(request) {
      await request.arrayBuffer();
      return respond();
    },
  });
}

function unending(pieces: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === "string" ? Buffer.from(piece) : piece);
      }
    },
  });
}
