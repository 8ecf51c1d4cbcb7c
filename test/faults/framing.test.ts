// Answers whose HTTP is broken: an error of the provider, never a part passed on as the whole.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { concat, httpChunk } from "../support/http-bytes.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { ask, type FaultHouse, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";
import { answerBytes, CLOSING, headBytes, SSE_TYPE, sends } from "./wire.ts";

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse({}, { timeouts: { firstByteMs: 2_000, betweenChunksMs: 400 } });
});
afterAll(() => house.close());

const BODY = JSON.stringify(completion("Hello!"));
const EVENTS = streamOf("Hello!").join("");
const JSON_TYPE = { "content-type": "application/json" };

type Row = [name: string, bytes: string | Uint8Array];
const chunkedHead = (headers: Record<string, string>) =>
  headBytes({ headers: { ...headers, "transfer-encoding": "chunked" } });

/** The same fault for both ways of answering. */
const bothWays = (rows: Row[]) =>
  rows.flatMap(([name, bytes]): [string, string | Uint8Array, boolean][] => [
    [name, bytes, false],
    [name, bytes, true],
  ]);

describe("no HTTP", () => {
  const ROWS: Row[] = [
    [
      "garbage before the status line",
      concat("\0\x01garbage\r\n", answerBytes(BODY, "until-close")),
    ],
    ["HTTP/0.9: a body alone", BODY],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["a status of no meaning", "HTTP/1.1 abc OK\r\n\r\n"],
    ["a header without a colon", "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"],
    ["a header that never ends", `HTTP/1.1 200 OK\r\nx-endless: ${"a".repeat(2_000_000)}`],
    ["headers without end", `HTTP/1.1 200 OK\r\n${"x-many: a\r\n".repeat(20_000)}`],
    ["1xx and then nothing", "HTTP/1.1 100 Continue\r\n\r\n"],
  ];
  test.each(bothWays(ROWS))("%s (%#)", async (_name, bytes, stream) => {
    const outcome = await ask(house, sends(bytes, "fin"), { stream });
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({ ending: "upstream_failed", httpStatus: 502, chargedMicro: 0 });
  });
});

describe("a wrong length", () => {
  const short = (length: number, body: string, type: Record<string, string>) =>
    concat(headBytes({ headers: { ...type, ...CLOSING, "content-length": `${length}` } }), body);
  const first = EVENTS.indexOf("\n\n") + 2;
  const ROWS: [string, Uint8Array, boolean, ending?: string][] = [
    ["too long, whole", short(BODY.length + 10, BODY, JSON_TYPE), false],
    ["too short, whole", short(BODY.length - 10, BODY, JSON_TYPE), false],
    ["too short, streamed", short(first, EVENTS, SSE_TYPE), true, "upstream_interrupted"],
    ["negative, whole", short(-5, BODY, JSON_TYPE), false],
    [
      "no number, streamed",
      concat(headBytes({ headers: { ...SSE_TYPE, "content-length": "many" } }), EVENTS),
      true,
    ],
    [
      "two that differ",
      concat("HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 9000\r\n\r\n", BODY),
      false,
    ],
  ];
  test.each(ROWS)("%s", async (_name, bytes, stream, ending = "upstream_failed") => {
    const outcome = await ask(house, sends(bytes, "fin"), { stream });
    expect(await expectSound(house, outcome)).toMatchObject({ ending });
  });
});

describe("broken chunks", () => {
  const first = EVENTS.indexOf("\n\n") + 2;
  const ROWS: Row[] = [
    ["a size that is no number", "zz\r\n"],
    ["a negative size", "-5\r\nhello\r\n"],
    ["a size beyond all numbers", `${"f".repeat(40)}\r\nhello`],
    ["a chunk longer than its size", concat("5\r\n", EVENTS.slice(first))],
    ["no line end after a chunk", concat("5\r\nhelloXX")],
    ["an extension without end", concat("5;", "x".repeat(100_000))],
  ];
  test.each(bothWays(ROWS))("%s (%#)", async (_name, bytes, stream) => {
    const begun = stream ? EVENTS.slice(0, first) : BODY.slice(0, 20);
    const all = concat(chunkedHead(stream ? SSE_TYPE : JSON_TYPE), httpChunk(begun), bytes);
    const outcome = await ask(house, sends(all, "hold"), { stream });
    const record = await expectSound(house, outcome);
    expect(record.ending).not.toBe("completed");
    expect(outcome.text).not.toContain("Hello!");
  });
});
