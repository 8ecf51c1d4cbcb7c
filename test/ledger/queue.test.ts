// Group commit: shared transactions, isolated failures, bounded waiting.
import { Database as Sqlite } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import { ApiError } from "../../src/base/errors.ts";
import { OperatorError } from "../../src/base/operator-error.ts";
import { createBatch } from "../../src/ledger/sqlite/batch.ts";
import { createQueue, type QueueOptions } from "../../src/ledger/sqlite/queue.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeEach(() => {
  database = createTestDatabase();
  database.sqlite.run("CREATE TABLE marks (n INTEGER PRIMARY KEY)");
});
afterEach(() => database.remove());

/** A queue whose commands are the test's own. */
function queueOn(on: Pick<TestDatabase, "write">, options: Partial<QueueOptions> = {}) {
  const handlers = {
    mark: (n: number) => mark(n).changes,
    double: (n: number) => n * 2 + mark(n).changes - 1,
    markAndThrow(n: number, error: unknown) {
      mark(n);
      throw error;
    },
    refuse(rule: string) {
      throw new OperatorError(rule);
    },
    say: (text: string) => text,
  };
  const batch = createBatch(on, handlers, { begun() {}, flush() {}, ended() {} });
  const defaults = { clock: systemClock, maxWaiting: 1000, lockTimeoutMs: 1000 };
  return createQueue<typeof handlers>(batch, { ...defaults, ...options });
}

const mark = (n: number) => database.sqlite.run("INSERT INTO marks VALUES (?)", [n]);
const marks = () =>
  database.sqlite
    .query<{ n: number }, []>("SELECT n FROM marks ORDER BY n")
    .all()
    .map(({ n }) => n);

describe("group commit", () => {
  test("operations of one turn share one transaction, and each gets its own result", async () => {
    let transactions = 0;
    const counting = {
      write: <T>(operation: () => T) => {
        transactions++;
        return database.write(operation);
      },
    };
    const queue = queueOn(counting);
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, n) => queue.run("double", n)),
    );
    expect(results).toEqual(Array.from({ length: 100 }, (_, n) => n * 2));
    expect(marks()).toHaveLength(100);
    expect(transactions).toBe(1);
  });

  test("one failing operation takes none of the others with it, and leaves nothing of itself", async () => {
    const queue = queueOn(database);
    const results = await Promise.allSettled([
      queue.run("mark", 1),
      queue.run("markAndThrow", 2, new Error("a fault")),
      queue.run("mark", 3),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({ reason: { message: "a fault" } });
    expect(marks()).toEqual([1, 3]);
  });

  test("a broken rule is refused by itself, beside commands that share its transaction", async () => {
    let transactions = 0;
    const counting = {
      write: <T>(operation: () => T) => {
        transactions++;
        return database.write(operation);
      },
    };
    const queue = queueOn(counting);
    const results = await Promise.allSettled([
      queue.run("mark", 1),
      queue.run("refuse", "no such rule"),
      queue.run("mark", 3),
    ]);
    expect(results[1]).toMatchObject({ reason: new OperatorError("no such rule") });
    expect([transactions, marks()]).toEqual([1, [1, 3]]);
  });

  test("a fault reaches its caller with its name and words, and trouble of the database as a 503", async () => {
    const queue = queueOn(database);
    const failing = (code: unknown) => Object.assign(new TypeError("it"), { code });
    const thrown = (error: unknown) =>
      queue.run("markAndThrow", 1, error).catch((reason: unknown) => reason);
    for (const code of ["ENOENT", "SQLITE_CONSTRAINT_UNIQUE", 14, undefined]) {
      const error = await thrown(failing(code));
      expect(error).toMatchObject({ name: "TypeError", message: "it" });
      expect(error).not.toBeInstanceOf(ApiError);
    }
    expect(await thrown("text")).toMatchObject({ message: "text" });
    for (const code of ["SQLITE_FULL", "SQLITE_IOERR_WRITE"]) {
      expect(await thrown(failing(code))).toMatchObject({
        status: 503,
        code: "overloaded",
        message: expect.stringContaining("cannot record charges"),
        cause: { message: "it", code },
      });
    }
    expect(marks()).toEqual([]);
  });

  test("a disk that fails fails a whole batch at once, and takes the next one when it is back", async () => {
    let transactions = 0;
    let isFull = true;
    const full = {
      write: <T>(operation: () => T) => {
        transactions++;
        if (isFull) throw Object.assign(new Error("disk is full"), { code: "SQLITE_FULL" });
        return database.write(operation);
      },
    };
    const queue = queueOn(full);
    const marked = () => Promise.allSettled([1, 2, 3].map((n) => queue.run("mark", n)));
    for (const result of await marked()) {
      expect(result).toMatchObject({ status: "rejected", reason: { status: 503 } });
    }
    expect([transactions, marks()]).toEqual([1, []]);
    isFull = false;
    for (const { status } of await marked()) expect(status).toBe("fulfilled");
    expect(marks()).toEqual([1, 2, 3]);
  });

  test("more than may wait is refused with 503", async () => {
    const queue = queueOn(database, { maxWaiting: 2, lockTimeoutMs: 1000 });
    const accepted = [queue.run("mark", 1), queue.run("mark", 2)];
    await expect(queue.run("mark", 3)).rejects.toMatchObject({ status: 503 });
    await Promise.all(accepted);
    expect(marks()).toEqual([1, 2]);
  });

  test("a drain ends when all that waited has been committed, at once when nothing does", async () => {
    const queue = queueOn(database, { maxWaiting: 10, lockTimeoutMs: 1000 });
    await queue.drain();
    const results = Promise.all([queue.run("mark", 1), queue.run("mark", 2)]);
    expect(queue.waiting()).toBe(2);
    await queue.drain();
    expect(queue.waiting()).toBe(0);
    expect(marks()).toEqual([1, 2]);
    await results;
  });

  test("a foreign write lock is waited for, and past the limit answered with 503", async () => {
    const impatient = createTestDatabase();
    const foreign = new Sqlite(join(impatient.dataDir, "aacflow.db"));
    impatient.sqlite.run("PRAGMA busy_timeout = 10");
    const queue = queueOn(impatient, { maxWaiting: 10, lockTimeoutMs: 300 });
    foreign.run("BEGIN IMMEDIATE");
    setTimeout(() => foreign.run("COMMIT"), 100);
    expect(await queue.run("say", "after the lock")).toBe("after the lock");

    foreign.run("BEGIN IMMEDIATE");
    const refused = queue.run("say", "never");
    expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({ status: 503 });
    foreign.run("ROLLBACK");
    foreign.close();
    impatient.remove();
  });
});

describe("a transaction", () => {
  test("is rolled back when its callback throws", () => {
    expect(() =>
      database.write(() => {
        mark(1);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(marks()).toEqual([]);
  });

  test("refuses an asynchronous callback, and keeps none of its rows", () => {
    // Otherwise rows written before the first await would be committed whatever happens after it.
    expect(() =>
      database.write(async () => {
        mark(1);
        await Promise.resolve();
        throw new Error("too late");
      }),
    ).toThrow("synchronous");
    expect(marks()).toEqual([]);
  });
});

describe("the database file", () => {
  test("is opened with the settings that money needs", () => {
    const pragma = (name: string) =>
      Object.values(database.sqlite.query(`PRAGMA ${name}`).get() as object)[0];
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(2);
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("busy_timeout")).toBe(1000);
  });

  test("whole numbers up to 2^53 come back exactly, and a missing parameter is an error", () => {
    database.sqlite.run("INSERT INTO marks VALUES (?)", [Number.MAX_SAFE_INTEGER]);
    expect(marks()).toEqual([Number.MAX_SAFE_INTEGER]);
    expect(() => database.sqlite.query("INSERT INTO marks VALUES ($n)").run({} as never)).toThrow();
  });
});
