// Names that clients and providers choose: bounded, escaped, and never a part of a statement or a label.
import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { expectBalanced, type House, MODEL, startHouse } from "../money/support.ts";
import { completion } from "../support/openai-wire.ts";
import { json } from "../support/raw-upstream.ts";
import { waitUntil } from "../support/wait.ts";

/** Of one line of the log. */
const LINE_CHARS = 4_096;

const ODD: string[] = [
  "'; DROP TABLE requests; --",
  '" OR "1"="1',
  "x' OR '1'='1",
  "%",
  "_%_",
  "a\nb\r\nlevel: 60",
  'a"} 1\naacflow_forged_total 1',
  "a\u0000b",
  "\u2028\u202e\ufeff",
  "__proto__",
  "constructor",
  "9223372036854775807",
  "-9223372036854775808",
  "18446744073709551616",
  "1e309",
];
const LONG = "n".repeat(1_000_000);

let house: House;
beforeAll(async () => {
  house = await startHouse({}, {});
  house.upstream.answer(json(completion()));
});
afterEach(async () => {
  const { server } = house;
  await waitUntil(() => server.gateway.inProgress() === 0, "all requests settled");
  expectBalanced(house);
  // Each line is one document, of a bounded length.
  const lines = server.logText().split("\n");
  for (const line of lines.filter((text) => text !== "")) {
    expect(line.length).toBeLessThan(LINE_CHARS);
    expect(typeof (JSON.parse(line) as { msg: unknown }).msg).toBe("string");
  }
});
afterAll(() => house.close());

async function ask(body: object, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(`${house.server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${house.server.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hi" }], ...body }),
  });
  await response.clone().text();
  return response;
}

const metricNames = async (): Promise<string[]> => {
  const { text } = house.server.gateway.metrics.render();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return samples.map((line) => line.replace(/ [^ ]+$/, "")).sort();
};

test.each(ODD.map((name) => [name]))("the model %j is unknown, and nothing else", async (model) => {
  const response = await ask({ model });
  expect(response.status).toBe(404);
  const text = await response.text();
  expect(text.length).toBeLessThan(2_048);
  expect(JSON.parse(text)).toMatchObject({ error: { code: "model_not_found" } });
});

test("a model of a million characters is refused in few words", async () => {
  const response = await ask({ model: LONG });
  expect(response.status).toBe(400);
  expect((await response.text()).length).toBeLessThan(2_048);
});

test("of all these models the metrics have one series", async () => {
  await ask({ model: "unknown" });
  const before = await metricNames();
  for (const model of [...ODD, LONG]) await ask({ model });
  expect(await metricNames()).toEqual(before);
  expect(before.filter((name) => name.includes("model_not_found"))).toHaveLength(1);
});

test.each(ODD.map((name) => [name]))("the user %j is passed on, word for word", async (user) => {
  const response = await ask({ user, metadata: { [user]: user }, safety_identifier: user });
  expect(response.status).toBe(200);
  expect(house.upstream.lastBody().user).toBe(user);
});

test("an idempotency key means itself, whatever is in it", async () => {
  const keys = [
    "%",
    "_",
    "'",
    "''",
    "'--",
    '"',
    "';DELETE/**/FROM/**/answers;--",
    "a%",
    "A%",
    "\\",
  ];
  for (const key of keys) {
    const response = await ask({}, { "idempotency-key": key });
    expect([key, response.status, response.headers.get("idempotent-replayed")]).toEqual([
      key,
      200,
      null,
    ]);
  }
  for (const key of keys) {
    const response = await ask({}, { "idempotency-key": key });
    expect([key, response.headers.get("idempotent-replayed")]).toEqual([key, "true"]);
  }
});

test("a request's id that nobody gave finds nothing, whatever is in it", async () => {
  await ask({});
  const { baseUrl, key } = house.server;
  const ids = [...ODD.filter((id) => !id.includes("\u0000")), "req_%", "x".repeat(8_000)];
  for (const id of ids) {
    const response = await fetch(`${baseUrl}/requests/${encodeURIComponent(id)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect([id.slice(0, 40), response.status]).toEqual([id.slice(0, 40), 404]);
    expect((await response.text()).length).toBeLessThan(2_048);
  }
});

test("an API key that is none is a 401, whatever is in it", async () => {
  for (const secret of [
    "' OR 1=1 --",
    "%",
    "aacf_%",
    "x".repeat(8_000),
    '"',
    "9223372036854775807",
  ]) {
    const response = await ask({}, { authorization: `Bearer ${secret}` });
    expect([secret.slice(0, 40), response.status]).toEqual([secret.slice(0, 40), 401]);
  }
});

test.each(["9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e309"])(
  "an output limit of %s is refused or bounded, and costs nothing absurd",
  async (limit) => {
    const { baseUrl, key } = house.server;
    const response = await fetch(`${baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: `{"model":"${MODEL}","messages":[{"role":"user","content":"hi"}],"max_tokens":${limit}}`,
    });
    expect([200, 400]).toContain(response.status);
    await response.text();
  },
);

test("a provider's own error codes take a bounded number of series", async () => {
  const none = () => 0;
  const metrics = createMetrics({
    inProgress: none,
    draining: none,
    commitsWaiting: none,
    answersKept: () => ({ count: 0, bytes: 0 }),
  });
  for (let n = 0; n < 1_000; n++) metrics.requestRefused(400, `code_${n}`);
  for (const code of ODD) metrics.requestRefused(400, code);
  const { text } = metrics.render();
  const series = text.split("\n").filter((line) => line.startsWith("aacflow_requests_refused"));
  expect(series).toHaveLength(65);
  expect(series).toContain(
    `aacflow_requests_refused_total{status="400",code="other"} ${1_000 - 64 + ODD.length}`,
  );
});

test("a provider's code that is no name is not passed on, logged or counted", async () => {
  for (const code of [...ODD.filter((name) => !/^[a-z]\w*$/i.test(name)), LONG.slice(0, 10_000)]) {
    house.upstream.answer(json({ error: { message: "no", code } }, 400));
    const response = await ask({});
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: null } });
  }
  house.upstream.answer(json(completion()));
});
