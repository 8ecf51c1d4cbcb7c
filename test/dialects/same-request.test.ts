// The same request to every dialect: the outcomes are equal, or it is named why one differs.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readWire } from "../chat/stream-support.ts";
import { expectQuietBooks, post } from "../chat/support.ts";
import { json } from "../support/raw-upstream.ts";
import { type Bench, openBench, STREAMING, streamed, wholeStream } from "./bench.ts";
import type { Fields } from "./driver.ts";
import { DRIVERS } from "./drivers/all.ts";
import { joinChunks } from "./join-chunks.ts";
import { Matrix } from "./matrix.ts";
import { clientRequest, LOOK, ROME, saying, TOKENS } from "./requests.ts";
import { type Outcome, ROWS, type Row, STATUSES } from "./same/rows.ts";
import { READERS } from "./same/seen.ts";

const matrix = new Matrix(DRIVERS.map(({ name }) => name));

afterAll(() => {
  process.stdout.write(`\n${matrix}${matrix.size} cells\n\n`);
});

/** Asks without streaming for an answer of text, and gives what became of it. */
async function ask(bench: Bench, row: Row): Promise<{ outcome: Outcome; bodyJson: string | null }> {
  const { driver, server, upstream } = bench;
  upstream.answer(json(driver.whole(saying(["Fine."]))));
  const before = upstream.requests.length;
  const request = { ...clientRequest(driver, row.model ?? "text"), ...row.request };
  // What the reasoning row of a driver has by itself is not asked for here.
  if (row.request.reasoning_effort === undefined) delete request.reasoning_effort;
  const response = await post(server, request);
  const answer = (await response.json()) as { error?: Fields };
  const sent = upstream.requests.at(before);
  if (sent === undefined) {
    const { param, code } = answer.error ?? {};
    const outcome = { status: response.status, param, code } as Outcome;
    return { outcome, bodyJson: null };
  }
  const seen = READERS[driver.name]?.(sent.body as Fields);
  const bodyJson = sent.text;
  return { outcome: { status: response.status, ...(seen && { seen }) }, bodyJson };
}

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (name, driver) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench(driver);
  });

  afterAll(async () => {
    await expectQuietBooks(bench.server);
    await bench.close();
  });

  test.each(ROWS.map((row) => [row.name, row] as const))("%s", async (rowName, row) => {
    matrix.set(rowName, name, "FAILED");
    const exception = row.but?.[name];
    const { outcome, bodyJson } = await ask(bench, row);
    expect(outcome).toMatchObject((exception?.outcome ?? row.outcome) as object);
    if (bodyJson !== null && row.sent !== undefined) {
      expect([bodyJson, row.sent(bodyJson)]).toEqual([bodyJson, true]);
    }
    const word = bodyJson === null ? `${outcome.status}` : "sent";
    matrix.set(rowName, name, exception === undefined ? word : `${word} (${exception.because})`);
  });

  test.each(STATUSES)("HTTP %d of the upstream is a %d", async (status, client, code) => {
    const row = `HTTP ${status} of the upstream`;
    matrix.set(row, name, "FAILED");
    const message = "The provider's own words.";
    const body = { message, error: { message, code: status } };
    bench.upstream.answer(json(body, status));
    const response = await post(bench.server, clientRequest(driver, "text"));
    const { error } = (await response.json()) as { error: Fields };
    expect([response.status, error.code]).toEqual([client, code]);
    matrix.set(row, name, `${response.status}`);
  });

  test("words before a call beside a structured answer keep their place", async () => {
    const row = "words, then a call, beside a schema";
    matrix.set(row, name, "FAILED");
    const answer = { text: ["Let me look."], calls: [ROME], end: "tools", tokens: TOKENS } as const;
    const request = { ...clientRequest(driver, "jsonSchema"), tools: [LOOK] };
    bench.upstream.answer(json(driver.whole(answer)));
    const whole = (await (await post(bench.server, request)).json()) as Fields;
    bench.upstream.answer(streamed(driver, wholeStream(driver, answer)));
    const wire = readWire(await (await post(bench.server, { ...request, ...STREAMING })).text());
    const [choice] = whole.choices as { message: Fields; finish_reason: string }[];
    const { message, finishReasons } = joinChunks(wire) as {
      message: Fields;
      finishReasons: string[];
    };
    for (const told of [choice?.message, message]) {
      expect(told).toMatchObject({ content: "Let me look.", tool_calls: [{ type: "function" }] });
    }
    expect([choice?.finish_reason, ...finishReasons]).toEqual(["tool_calls", "tool_calls"]);
    const order = wire.chunks.flatMap(({ choices }) =>
      choices.flatMap(({ delta }) => [
        ...(delta.content ? ["words"] : []),
        ...(delta.tool_calls ? ["call"] : []),
      ]),
    );
    expect(order.indexOf("call")).toBeGreaterThan(order.lastIndexOf("words"));
    matrix.set(row, name, "ok");
  });
});

test("no cell was left out", () => {
  expect(matrix.size).toBe(DRIVERS.length * (ROWS.length + STATUSES.length + 1));
});
