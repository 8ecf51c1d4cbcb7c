// Compressed answers: nobody asks for them; what comes all the same is read under the same limits.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Readable } from "node:stream";
import { brotliCompressSync, createGzip, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { concat } from "../support/http-bytes.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { ask, type FaultHouse, forEach, type Outcome, startFaultHouse } from "./house.ts";
import { expectAllSound, expectSound } from "./support.ts";
import { answerBytes, CLOSING, SSE_TYPE, sends } from "./wire.ts";

const MIB = 1_048_576;
const ZEROS = Buffer.alloc(MIB);
const BOMBS = 16;
const BOMB_MIB = 512;
/** Well above what 16 answers within the limits take (80 MiB), and below what the bombs did (350). */
const GROWTH_BYTES = 192 * MIB;

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse({ limits: { upstreamBodyBytes: MIB, upstreamEventBytes: MIB } });
});
afterAll(() => house.close());

/** A small gzip of much: one event, whose end nobody will see. Made in pieces, as memory is measured. */
async function packBomb(): Promise<Uint8Array> {
  const pieces = (function* () {
    yield Buffer.from("data: ");
    for (let n = 0; n < BOMB_MIB; n++) yield ZEROS;
  })();
  const packed: Uint8Array[] = [];
  for await (const piece of Readable.from(pieces).pipe(createGzip())) packed.push(piece);
  return concat(...packed);
}

const STREAM_OR_NOT = [false, true];

const typeOf = (stream: boolean) => (stream ? SSE_TYPE : { "content-type": "application/json" });

function compressed(bytes: Uint8Array, encoding: string, stream: boolean): Buffer {
  const headers = { ...typeOf(stream), ...CLOSING, "content-encoding": encoding };
  return answerBytes(bytes, "chunked", { headers });
}

test.each(STREAM_OR_NOT)("the provider is asked not to compress, stream: %p", async (stream) => {
  const text = stream ? streamOf("Hello!").join("") : JSON.stringify(completion());
  const plain = answerBytes(text, "until-close", { headers: typeOf(stream) });
  const outcome = await ask(house, sends(plain, "fin"), { stream });
  await expectSound(house, outcome);
  expect(house.callsOf(outcome.tag)[0]?.headers["accept-encoding"]).toBe("identity");
});

/** The most memory that the process has while a job runs, beyond what it had before. */
async function growthOf(job: () => Promise<unknown>): Promise<number> {
  Bun.gc(true);
  const before = process.memoryUsage.rss();
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 1);
  await job();
  clearInterval(watch);
  return Math.max(peak, process.memoryUsage.rss()) - before;
}

test.each(STREAM_OR_NOT)("bombs are not unpacked beyond the limit, stream: %p", async (stream) => {
  const bomb = sends(compressed(await packBomb(), "gzip", stream), "hold");
  let outcomes: Outcome[] = [];
  const growth = await growthOf(async () => {
    outcomes = await forEach(BOMBS - 1, () => ask(house, bomb, { stream }));
  });
  const endings = (await expectAllSound(house, outcomes)).map(({ ending }) => ending);
  expect(new Set(endings)).toEqual(new Set(["upstream_failed"]));
  for (const { text } of outcomes) expect(text).toContain("larger than the gateway accepts");
  expect(growth).toBeLessThan(GROWTH_BYTES);
});

const CODINGS: [string, (bytes: string) => Uint8Array][] = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["GZIP", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
  ["identity", (text) => Buffer.from(text)],
];
const ROWS = CODINGS.flatMap(([name, pack]) =>
  STREAM_OR_NOT.map((stream) => ({ name, pack, stream })),
);

test.each(ROWS)("$name is unpacked, stream: $stream", async ({ name, pack, stream }) => {
  const text = stream ? streamOf("Hello!").join("") : JSON.stringify(completion("Hello!"));
  const outcome = await ask(house, sends(compressed(pack(text), name, stream), "fin"), { stream });
  expect(outcome.text).toContain("Hello!");
  expect(await expectSound(house, outcome)).toMatchObject({
    ending: "completed",
    usageSource: "reported",
  });
});

test.each(STREAM_OR_NOT)("what is damaged or cut is a failure, stream: %p", async (stream) => {
  const text = stream ? streamOf("Hello!").join("") : JSON.stringify(completion("Hello!"));
  const packed = gzipSync(text);
  const damaged = Buffer.from(packed);
  damaged.fill(0xff, 20, 40);
  for (const bytes of [damaged, packed.subarray(0, packed.length / 2), Buffer.from(text)]) {
    const outcome = await ask(house, sends(compressed(bytes, "gzip", stream), "hold"), { stream });
    expect(await expectSound(house, outcome)).not.toMatchObject({ ending: "completed" });
  }
});
