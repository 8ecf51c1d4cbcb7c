// A request's lines are what pino would write, though the frequent ones do not pass through it.
import { beforeEach, describe, expect, test } from "bun:test";
import { createLogger } from "../../src/telemetry/log.ts";
import { RequestLog } from "../../src/telemetry/request-log.ts";

const NAMES = { requestId: "req_1", accountId: "acc_1", keyId: undefined, model: "m" };
const FIELDS = { ending: "completed", code: undefined, shortMicro: 0, isWhole: true, of: null };

let lines: string[];
beforeEach(() => {
  lines = [];
});
const loggerOf = (level: string) => createLogger(level, { write: (line) => void lines.push(line) });
const withoutTime = (line = "") => line.replace(/"time":\d{13},/, '"time":_,');

describe("a line of level info", () => {
  test("has the fields, the order and the end that pino gives it", () => {
    const logger = loggerOf("info");
    new RequestLog(logger, { ...NAMES }).info(FIELDS, "request ended");
    logger.info({ ...NAMES, ...FIELDS }, "request ended");
    expect(withoutTime(lines[0])).toBe(withoutTime(lines[1]));
    expect(withoutTime(lines[0])).toBe(
      '{"level":30,"time":_,"requestId":"req_1","accountId":"acc_1","model":"m","ending":"completed",' +
        '"shortMicro":0,"isWhole":true,"of":null,"msg":"request ended"}\n',
    );
    expect(JSON.parse(lines[0] as string).time).toBeWithin(Date.now() - 10_000, Date.now() + 1);
  });

  test("may have no fields of its own", () => {
    const logger = loggerOf("info");
    new RequestLog(logger, { ...NAMES }).info({}, "client left");
    logger.info(NAMES, "client left");
    expect(withoutTime(lines[0])).toBe(withoutTime(lines[1]));
  });

  test.each([
    '"},"level":50,{"',
    "back\\slash",
    "two\nlines\r\u0000\u001b[31m",
    "\u2028\u2029é😀",
    "x".repeat(300),
  ])("holds %j as a text of its own", (model) => {
    const log = new RequestLog(loggerOf("info"), { requestId: "req_1", model });
    log.info({ path: model }, model);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
    const line = JSON.parse(lines[0] as string);
    expect(line).toMatchObject({ level: 30, requestId: "req_1", model, path: model, msg: model });
  });

  test("is not written at a higher level", () => {
    const log = new RequestLog(loggerOf("warn"), { ...NAMES });
    log.info(FIELDS, "request ended");
    log.warn({ lines: 1 }, "told");
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(["told"]);
  });
});

test("all lines name the request, and the provider that it went to last", () => {
  const log = new RequestLog(loggerOf("info"), { ...NAMES });
  log.info({}, "a");
  log.setProvider("first");
  log.warn({ waits: 1 }, "b");
  log.setProvider("second");
  log.error({ err: new Error("why", { cause: new Error("deeper") }) }, "c");
  log.info({ waits: 2 }, "d");
  const names = { requestId: "req_1", accountId: "acc_1", model: "m" };
  const [a, b, c, d] = lines.map((line) => JSON.parse(line));
  expect(a).toEqual({ level: 30, time: a.time, ...names, msg: "a" });
  expect(b).toEqual({ level: 40, time: b.time, ...names, provider: "first", waits: 1, msg: "b" });
  expect(c).toMatchObject({ level: 50, ...names, provider: "second", msg: "c" });
  expect(c.err).toMatchObject({ type: "Error", message: "why: deeper" });
  expect(c.err.stack).toContain("deeper");
  expect(d).toEqual({ level: 30, time: d.time, ...names, provider: "second", waits: 2, msg: "d" });
});
