// Answers whose HTTP is old or odd, but whole: they are taken, with their usage.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { concat, HTTP_END, httpChunk } from "../support/http-bytes.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { ask, type FaultHouse, STREAM, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";
import { answerBytes, CLOSING, headBytes, SSE_TYPE, sends } from "./wire.ts";

let house: FaultHouse;
beforeAll(async () => {
  house = await startFaultHouse();
});
afterAll(() => house.close());

const BODY = JSON.stringify(completion("Hello!"));
const EVENTS = streamOf("Hello!").join("");

type Row = [name: string, bytes: string | Uint8Array];
const chunkedHead = (headers: Record<string, string>) =>
  headBytes({ headers: { ...headers, "transfer-encoding": "chunked" } });

describe("odd, but whole", () => {
  const type = (value: string) => ({ headers: { ...CLOSING, "content-type": value } });
  const gzip = { ...CLOSING, "content-encoding": "gzip" };
  const WHOLE: Row[] = [
    ["HTTP/1.0", answerBytes(BODY, "until-close", { statusLine: "HTTP/1.0 200 OK" })],
    ["a status without words", answerBytes(BODY, "until-close", { statusLine: "HTTP/1.1 200" })],
    [
      "1xx first",
      concat(
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n",
        answerBytes(BODY, "until-close"),
      ),
    ],
    ["no content type", answerBytes(BODY, "until-close", { headers: {} })],
    ["text/html", answerBytes(BODY, "until-close", type("text/html"))],
    [
      "a large header",
      answerBytes(BODY, "until-close", { headers: { ...CLOSING, "x-large": "a".repeat(8_000) } }),
    ],
    ["gzip", answerBytes(gzipSync(BODY), "until-close", { headers: gzip })],
    ["gzip, chunked", answerBytes(gzipSync(BODY), "chunked", { headers: gzip })],
    ["a status of 201", answerBytes(BODY, "until-close", { statusLine: "HTTP/1.1 201 Created" })],
    [
      "trailers",
      concat(
        headBytes({ headers: { ...CLOSING, "transfer-encoding": "chunked" } }),
        httpChunk(BODY),
        "0\r\nx-a: b\r\n\r\n",
      ),
    ],
  ];
  const STREAMED: Row[] = [
    [
      "HTTP/1.0",
      answerBytes(EVENTS, "until-close", {
        ...type("text/event-stream"),
        statusLine: "HTTP/1.0 200 OK",
      }),
    ],
    [
      "1xx first",
      concat(
        "HTTP/1.1 100 Continue\r\n\r\n",
        answerBytes(EVENTS, "until-close", { headers: SSE_TYPE }),
      ),
    ],
    ["no content type", answerBytes(EVENTS, "until-close", { headers: {} })],
    ["text/html", answerBytes(EVENTS, "until-close", type("text/html"))],
    ["text/plain", answerBytes(EVENTS, "until-close", type("text/plain"))],
    ["gzip", answerBytes(gzipSync(EVENTS), "until-close", { headers: { ...gzip, ...SSE_TYPE } })],
    [
      "gzip, chunked",
      answerBytes(gzipSync(EVENTS), "chunked", { headers: { ...gzip, ...SSE_TYPE } }),
    ],
    [
      "a chunk for each byte",
      concat(
        chunkedHead(CLOSING),
        ...Array.from(Buffer.from(EVENTS), (byte) => httpChunk(Uint8Array.of(byte))),
        HTTP_END,
      ),
    ],
  ];
  test.each(WHOLE)("%s, whole", async (_name, bytes) => {
    const outcome = await ask(house, sends(bytes, "fin"));
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({ ending: "completed", usageSource: "reported" });
    expect(outcome.text).toContain("Hello!");
  });
  test.each(STREAMED)("%s, streamed", async (_name, bytes) => {
    const outcome = await ask(house, sends(bytes, "fin"), STREAM);
    const record = await expectSound(house, outcome);
    expect(record).toMatchObject({ ending: "completed", usageSource: "reported" });
    expect(outcome.text).toContain("Hello!");
  });
});
