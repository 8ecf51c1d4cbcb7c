// Idempotency-Key: a request that comes twice is answered twice and paid once.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { parseExactJson } from "../../src/base/exact-json.ts";
import { createGateway } from "../../src/calls/gateway.ts";
import { configSchema } from "../../src/config/schema.ts";
import { storeOn } from "../../src/store.ts";
import { exactly, PLAIN_RESERVE } from "../support/holds.ts";
import { chunk, completion, DONE, streamOf, usageChunk } from "../support/openai-wire.ts";
import { quietLog } from "../support/quiet-log.ts";
import { gated, json, sse, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { countTokens } from "../support/tokens.ts";
import { waitUntil } from "../support/wait.ts";
import { expectBalanced, type House, MODEL, startHouse } from "./support.ts";

const MAX_ANSWER_BYTES = 4_000;
const MAX_ANSWERS = 20;

let house: House;
let draining: House;
beforeAll(async () => {
  house = await startHouse({
    idempotency: { maxAnswerBytes: MAX_ANSWER_BYTES, maxAnswers: MAX_ANSWERS },
  });
  draining = await startHouse({}, { onDisconnect: "drain" });
});
afterEach(async () => {
  for (const one of [house, draining]) {
    await waitUntil(() => one.server.gateway.inProgress() === 0, "all requests settled");
    expectBalanced(one);
  }
});
afterAll(async () => {
  await house.close();
  await draining.close();
});

interface Sent {
  key?: string | null;
  body?: object;
  apiKey?: string;
  signal?: AbortSignal;
  where?: House;
}

const rawPost = ({ key = null, body = {}, apiKey, signal, where = house }: Sent) =>
  fetch(`${where.server.baseUrl}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${apiKey ?? where.server.key}`,
      "content-type": "application/json",
      ...(key === null ? {} : { "idempotency-key": key }),
    },
    body: JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "hello" }], ...body }),
    ...(signal === undefined ? {} : { signal }),
  });

async function post(sent: Sent) {
  const response = await rawPost(sent);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

const codeOf = (text: string): string =>
  (JSON.parse(text) as { error: { code: string } }).error.code;

const charged = (where = house): number => where.server.ledger.verify().chargedMicro;

let number = 0;
/** A key that no other test uses. */
const newKey = (): string => `key-${++number}`;

/** What a stream says: its comments apart, which hold what this answer cost. */
const dataOf = (text: string): string[] =>
  text.split("\n\n").filter((frame) => frame.startsWith("data: "));

describe("the same request again", () => {
  const kinds: [string, UpstreamAnswer, object][] = [
    ["a whole answer", json(completion("Hello!")), {}],
    [
      "a whole answer with an id that no double holds",
      json({ ...completion("Hello!"), trace: parseExactJson("9223372036854775807") }),
      {},
    ],
    ["a stream", sse(streamOf("Hel", "lo!")), { stream: true }],
    [
      "a stream with usage",
      sse(streamOf("Hel", "lo!")),
      { stream: true, stream_options: { include_usage: true } },
    ],
    [
      "a stream without any words",
      sse([event(chunk({}, "stop")) + event(usageChunk()) + DONE]),
      { stream: true },
    ],
  ];
  test.each(kinds)("%s is given again, word for word, and free", async (_name, answer, body) => {
    const { upstream } = house;
    upstream.answer(answer);
    const key = newKey();
    const first = await post({ key, body });
    expect(first.status).toBe(200);
    expect(first.headers.get("idempotent-replayed")).toBeNull();
    const [cost, calls] = [charged(), upstream.requests.length];
    const again = await post({ key, body });
    expect(again.status).toBe(200);
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("original-request-id")).toBe(first.headers.get("x-request-id"));
    expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    expect(again.headers.get("x-credits-used")).toBe("0.000000");
    expect(again.headers.get("x-credits-reserved")).toBeNull();
    expect(dataOf(again.text)).toEqual(dataOf(first.text));
    if (!("stream" in body)) expect(again.text).toBe(first.text);
    else {
      expect(again.text).toContain(": x-credits-used=0.000000 ");
      expect(again.text).toEndWith(DONE);
    }
    expect([charged(), upstream.requests.length]).toEqual([cost, calls]);
  });

  test.each(kinds.slice(0, 2))(
    "%s names again what was left out of the request",
    async (_name, answer, body) => {
      house.upstream.answer(answer);
      const sent = { key: newKey(), body: { ...body, top_k: 5, made_up: [1] } };
      for (const replayed of [null, "true"]) {
        const { headers } = await post(sent);
        expect(headers.get("idempotent-replayed")).toBe(replayed);
        expect(headers.get("x-aacflow-ignored")).toBe("top_k, made_up");
      }
    },
  );

  test("works without any credit left", async () => {
    const accountId = house.server.newAccount("spent", 2_000);
    const apiKey = house.server.newKey({ accountId }).secret;
    house.upstream.answer(json(completion()));
    const sent = { key: newKey(), body: { max_tokens: 100 }, apiKey };
    expect((await post(sent)).status).toBe(200);
    const { availableMicro } = await availableOf(accountId);
    house.server.database.write(() =>
      house.server.ledger.reserve({ ...HOLD, accountId, wish: exactly(availableMicro) }),
    );
    const again = await post(sent);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    house.server.database.write(() =>
      house.server.ledger.releaseOrphans({ atMs: 1, isAlone: true }),
    );
  });

  test("with another body is a 422, and with the first one still a replay", async () => {
    house.upstream.answer(json(completion()));
    const key = newKey();
    await post({ key });
    const cost = charged();
    const other = await post({ key, body: { temperature: 1 } });
    expect([other.status, codeOf(other.text)]).toEqual([422, "idempotency_key_reused"]);
    expect((await post({ key })).headers.get("idempotent-replayed")).toBe("true");
    expect(charged()).toBe(cost);
  });

  test("of another account is another request", async () => {
    house.upstream.answer(json(completion()));
    const key = newKey();
    await post({ key });
    const accountId = house.server.newAccount("other", 1_000_000);
    const apiKey = house.server.newKey({ accountId }).secret;
    const cost = charged();
    const other = await post({ key, apiKey });
    expect([other.status, other.headers.get("idempotent-replayed")]).toEqual([200, null]);
    expect(charged()).toBeGreaterThan(cost);
  });
});

const availableOf = async (accountId: string) => {
  const { balanceMicro, heldMicro } = await house.server.gateway.balance(accountId);
  return { availableMicro: balanceMicro - heldMicro };
};
const HOLD = { ...PLAIN_RESERVE, requestId: "req_holds_all" };

describe("duplicates", () => {
  test("a duplicate in flight is a 409 that says when to come again, and gets the answer then", async () => {
    const { upstream } = house;
    const open = Promise.withResolvers<void>();
    upstream.answer({ ...json({}), pieces: gated("", open.promise, JSON.stringify(completion())) });
    const key = newKey();
    const calls = upstream.requests.length;
    const first = post({ key });
    await waitUntil(() => upstream.requests.length > calls, "the call upstream");
    const duplicate = await post({ key });
    expect([duplicate.status, codeOf(duplicate.text)]).toEqual([
      409,
      "idempotency_key_in_progress",
    ]);
    expect(duplicate.headers.get("retry-after")).toBe("1");
    expect(duplicate.headers.get("x-should-retry")).toBe("true");
    open.resolve();
    const { text } = await first;
    expect((await post({ key })).text).toBe(text);
    expect(upstream.requests.length).toBe(calls + 1);
  });

  test("of 50 at once exactly one goes upstream, and one is charged", async () => {
    const { upstream } = house;
    const open = Promise.withResolvers<void>();
    upstream.answer({ ...json({}), pieces: gated("", open.promise, JSON.stringify(completion())) });
    const key = newKey();
    const [calls, requests] = [upstream.requests.length, house.server.ledger.verify().requests];
    let refused = 0;
    const all = Array.from({ length: 50 }, async () => {
      const answer = await post({ key });
      if (answer.status === 409 && ++refused === 49) open.resolve();
      return answer.status;
    });
    const statuses = await Promise.all(all);
    expect(statuses.toSorted().slice(0, 2)).toEqual([200, 409]);
    expect(upstream.requests.length).toBe(calls + 1);
    expect(house.server.ledger.verify().requests).toBe(requests + 1);
  });
});

describe("a key whose request has no whole answer is free again", () => {
  const failures: [string, UpstreamAnswer, object][] = [
    ["a provider that fails", json({ error: { message: "no" } }, 500), {}],
    [
      "a stream that is cut",
      sse([event(chunk({ role: "assistant", content: "a" }))], "cut"),
      {
        stream: true,
      },
    ],
  ];
  test.each(failures)("after %s", async (_name, answer, body) => {
    const key = newKey();
    house.upstream.answer(answer);
    await post({ key, body });
    house.upstream.answer(body === failures[0]?.[2] ? json(completion()) : sse(streamOf("b")));
    const again = await post({ key, body });
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, null]);
  });

  test("after a 402, once there is credit", async () => {
    const accountId = house.server.newAccount("poor", 1);
    const apiKey = house.server.newKey({ accountId }).secret;
    house.upstream.answer(json(completion()));
    const key = newKey();
    expect((await post({ key, apiKey })).status).toBe(402);
    house.server.newAccount("poor", 1_000_000);
    expect((await post({ key, apiKey })).status).toBe(200);
  });

  test("after a client that left in the middle", async () => {
    house.upstream.answer(
      sse(gated(event(chunk({ role: "assistant", content: "a" })), new Promise(() => {}))),
    );
    const key = newKey();
    await leave(house, key);
    await waitUntil(() => house.server.gateway.inProgress() === 0, "it settled");
    house.upstream.answer(sse(streamOf("b")));
    const again = await post({ key, body: { stream: true } });
    expect(again.headers.get("idempotent-replayed")).toBeNull();
    expect(again.text).toContain('"content":"b"');
  });
});

/** Asks for a stream and leaves once its first words are here. */
async function leave(where: House, key: string): Promise<void> {
  const leaving = new AbortController();
  const { signal } = leaving;
  const response = await rawPost({ key, body: { stream: true }, signal, where });
  const reader = response.body?.getReader();
  await reader?.read();
  leaving.abort();
  await reader?.read().catch(() => {});
  await waitUntil(() => where.met.at(-1)?.signal.aborted === true, "the leaving noticed");
}

test("a client that lost its connection gets the whole answer, where answers are read to their end", async () => {
  const noticed = Promise.withResolvers<void>();
  const [first, ...rest] = streamOf("one ", "two");
  draining.upstream.answer(sse(gated(first ?? "", noticed.promise, rest.join(""))));
  const key = newKey();
  await leave(draining, key);
  noticed.resolve();
  await waitUntil(() => draining.server.gateway.inProgress() === 0, "it settled");
  const cost = charged(draining);
  expect(cost).toBeGreaterThan(0);
  const again = await post({ key, body: { stream: true }, where: draining });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(dataOf(again.text).join("")).toMatch(/"content":"one ".*"content":"two".*\[DONE\]/s);
  expect(charged(draining)).toBe(cost);
});

describe("limits", () => {
  const large: [string, UpstreamAnswer, object][] = [
    ["a whole answer", json(completion("x".repeat(MAX_ANSWER_BYTES))), {}],
    ["a stream", sse(streamOf(..."x".repeat(60))), { stream: true }],
  ];
  test.each(large)("%s too large to keep is not asked for, or charged, again", async (...row) => {
    const [, answer, body] = row;
    const { upstream } = house;
    upstream.answer(answer);
    const key = newKey();
    expect((await post({ key, body })).status).toBe(200);
    const [cost, calls] = [charged(), upstream.requests.length];
    const again = await post({ key, body });
    expect([again.status, codeOf(again.text)]).toEqual([409, "idempotent_answer_not_kept"]);
    expect(again.headers.get("x-should-retry")).toBe("false");
    expect([charged(), upstream.requests.length]).toEqual([cost, calls]);
  });

  test("of more answers than are kept the oldest go, from the account that has the most", async () => {
    house.upstream.answer(json(completion()));
    const accountId = house.server.newAccount("frugal", 1_000_000);
    const frugal = { key: newKey(), apiKey: house.server.newKey({ accountId }).secret };
    await post(frugal);
    const kept = () =>
      house.server.database.sqlite.query("SELECT COUNT(*) AS n FROM answers").get() as {
        n: number;
      };
    const keys = Array.from({ length: MAX_ANSWERS + 10 }, newKey);
    for (const [sent, key] of keys.entries()) {
      await post({ key });
      if (sent < MAX_ANSWERS) continue;
      await waitUntil(() => kept().n <= MAX_ANSWERS, "answers removed");
      expect(kept().n).toBeGreaterThan(MAX_ANSWERS / 2);
    }
    expect((await post(frugal)).headers.get("idempotent-replayed")).toBe("true");
    const newest = await post({ key: keys.at(-1) ?? "" });
    expect(newest.headers.get("idempotent-replayed")).toBe("true");
  });

  test("of more bytes than are kept the oldest answers go, and no more than has to", async () => {
    const [answerBytes, room] = [1_000, 10];
    const roomy = await startHouse({ idempotency: { maxTotalBytes: room * answerBytes } });
    try {
      roomy.upstream.answer(json(completion("x".repeat(answerBytes / 2))));
      const keys = Array.from({ length: 2 * room }, newKey);
      const kept = () =>
        roomy.server.database.sqlite
          .query("SELECT COUNT(*) AS n, SUM(body_bytes) AS bytes FROM answers")
          .get() as { n: number; bytes: number };
      for (const [sent, key] of keys.entries()) {
        await post({ key, where: roomy });
        await waitUntil(() => kept().bytes <= room * answerBytes, "answers removed");
        expect(kept().n).toBeGreaterThan(Math.min(sent, room / 2));
      }
      const newest = await post({ key: keys.at(-1) ?? "", where: roomy });
      expect(newest.headers.get("idempotent-replayed")).toBe("true");
      expect(kept().n).toBeLessThan(keys.length);
    } finally {
      await roomy.close();
    }
  });

  const bad = ["", " ", "with blanks inside", "x".repeat(256), "käse"];
  test.each(bad)("the key '%s' is refused by name", async (key) => {
    const { status, text } = await post({ key });
    // A blank one is no header at all for HTTP, or an empty one.
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { param: "Idempotency-Key" } });
  });
});

describe("time", () => {
  test("a key that is too old counts no more", async () => {
    const hasty = await startHouse({ idempotency: { keepMs: 1 } });
    try {
      hasty.upstream.answer(json(completion()));
      const key = newKey();
      await post({ key, where: hasty });
      await Bun.sleep(2);
      const again = await post({ key, where: hasty });
      expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, null]);
      expect(hasty.upstream.requests.length).toBe(2);
    } finally {
      await hasty.close();
    }
  });

  test("answers outlast the process, and keys in progress do not", async () => {
    const { server } = draining;
    draining.upstream.answer(json(completion()));
    const key = newKey();
    await post({ key, where: draining });
    server.database.sqlite.run(
      "INSERT INTO answers (account_id, key_hash, body_hash, request_id, created_at_ms) " +
        "VALUES ('a', 'k', 'b', 'req_unfinished', 9e15)",
    );
    const next = await createGateway({
      config: configSchema.parse({}),
      store: storeOn(server.database),
      env: {},
      log: quietLog,
      countTokens,
    });
    await next.drain();
    const left = server.database.sqlite.query(
      "SELECT request_id FROM answers WHERE account_id = 'a'",
    );
    expect(left.all()).toEqual([]);
    expect((await post({ key, where: draining })).headers.get("idempotent-replayed")).toBe("true");
  });
});

test("switched off, the header means nothing, and nothing is kept", async () => {
  const off = await startHouse({ idempotency: { enabled: false } });
  try {
    off.upstream.answer(json(completion()));
    const key = newKey();
    await post({ key, where: off });
    expect((await post({ key, where: off })).headers.get("idempotent-replayed")).toBeNull();
    expect(off.upstream.requests.length).toBe(2);
    expect(off.server.database.sqlite.query("SELECT * FROM answers").all()).toEqual([]);
  } finally {
    await off.close();
  }
});

test("an answer is kept in the transaction of its charge: never one without the other", async () => {
  const { database, ledger } = house.server;
  const open = Promise.withResolvers<void>();
  house.upstream.answer(
    sse(gated("", open.promise, [...streamOf("a"), event(usageChunk())].join(""))),
  );
  const calls = house.upstream.requests.length;
  const sent = { key: newKey(), body: { stream: true } };
  const pending = post(sent);
  await waitUntil(() => house.upstream.requests.length > calls, "the call upstream");
  const before = ledger.verify();
  // Without its table the answer cannot be kept, so that the settlement fails in the middle.
  database.sqlite.run("ALTER TABLE answers RENAME TO answers_away");
  open.resolve();
  const refused = () => house.server.logText().includes("settlement refused, retrying");
  await waitUntil(refused, "the settlement refused");
  expect(ledger.verify()).toMatchObject({
    chargedMicro: before.chargedMicro,
    requests: before.requests,
    openHolds: 1,
  });
  database.sqlite.run("ALTER TABLE answers_away RENAME TO answers");
  expect((await pending).text).toEndWith(DONE);
  expect(ledger.verify().requests).toBe(before.requests + 1);
  expect((await post(sent)).headers.get("idempotent-replayed")).toBe("true");
});
