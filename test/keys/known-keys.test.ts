// Keys in memory: which are remembered, for how long, and what makes the server forget them.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/base/clock.ts";
import { createAuthenticator } from "../../src/keys/authenticate.ts";
import { createKeyring, type KeyPort, newKey } from "../../src/keys/keyring.ts";
import {
  createKnownKeys,
  type GoodKey,
  MAX_KNOWN_KEYS,
  VERSION_HOLDS_MS,
} from "../../src/keys/known-keys.ts";
import { type Store, storeOn } from "../../src/store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

/** A clock that stands still until it is moved. */
function stoppedClock() {
  const at = { monoMs: 0, wallMs: 0 };
  const clock = { ...systemClock, monoMs: () => at.monoMs, nowMs: () => at.wallMs };
  return { at, clock };
}

describe("remembered keys", () => {
  function house() {
    const { at, clock } = stoppedClock();
    const looked: string[] = [];
    const stored = { version: 1, reads: 0, bad: new Set<string>() };
    const version = async () => {
      stored.reads++;
      return stored.version;
    };
    async function find(sent: string): Promise<GoodKey> {
      looked.push(sent);
      if (stored.bad.has(sent)) throw new Error("bad");
      return { keyId: sent, accountId: "a", expiresAtMs: null };
    }
    return { at, looked, stored, known: createKnownKeys({ version }, clock, find) };
  }

  test("one that comes again is not looked up, and the version not read more often than it must", async () => {
    const { at, looked, stored, known } = house();
    for (let times = 0; times < 10; times++) expect((await known("k")).keyId).toBe("k");
    expect({ looked, reads: stored.reads }).toEqual({ looked: ["k"], reads: 1 });
    at.monoMs = VERSION_HOLDS_MS;
    await known("k");
    expect({ looked, reads: stored.reads }).toEqual({ looked: ["k"], reads: 2 });
  });

  test("all are forgotten when a key was changed, in half of the promised 100 ms", async () => {
    expect(VERSION_HOLDS_MS).toBeLessThanOrEqual(50);
    const { at, stored, known } = house();
    await known("k");
    await known("l");
    stored.version = 2;
    stored.bad.add("k");
    at.monoMs = VERSION_HOLDS_MS - 1;
    expect((await known("k")).keyId).toBe("k");
    at.monoMs = VERSION_HOLDS_MS;
    await expect(known("k")).rejects.toThrow("bad");
    expect((await known("l")).keyId).toBe("l");
  });

  test("a failure is not remembered: a key works as soon as it is made", async () => {
    const { looked, stored, known } = house();
    stored.bad.add("k");
    await expect(known("k")).rejects.toThrow("bad");
    await expect(known("k")).rejects.toThrow("bad");
    stored.bad.clear();
    expect((await known("k")).keyId).toBe("k");
    expect(looked).toEqual(["k", "k", "k"]);
  });

  test("no more than the limit are kept", async () => {
    const { looked, known } = house();
    for (let index = 0; index <= MAX_KNOWN_KEYS; index++) await known(`k${index}`);
    looked.length = 0;
    await known(`k${MAX_KNOWN_KEYS}`);
    expect(looked).toEqual([]);
    await known("k0");
    expect(looked).toEqual(["k0"]);
  });

  test("one that was found before a change which another request saw is not kept", async () => {
    const { at, clock } = stoppedClock();
    const gate = Promise.withResolvers<void>();
    let version = 1;
    let looks = 0;
    const known = createKnownKeys({ version: async () => version }, clock, async (sent) => {
      looks++;
      if (sent === "slow") await gate.promise;
      return { keyId: sent, accountId: "a", expiresAtMs: null };
    });
    const slow = known("slow");
    // It has read the version by now, and waits for its key.
    await Bun.sleep(0);
    version = 2;
    at.monoMs = VERSION_HOLDS_MS;
    await known("other");
    gate.resolve();
    await slow;
    await known("slow");
    expect(looks).toBe(3);
  });
});

describe("on a database that other connections write to", () => {
  let database: TestDatabase;
  let store: Store;

  beforeEach(() => {
    database = createTestDatabase();
    store = storeOn(database);
  });
  afterEach(() => database.remove());

  const made = (expiresAtMs: number | null = null) =>
    newKey({ accountId: "acct_1", name: "a", expiresAtMs, nowMs: 0 });

  /** The keys, with the look-ups of one counted. */
  function counted({ keys }: Store) {
    const count = { finds: 0 };
    const port: Pick<KeyPort, "findKey" | "version"> = {
      version: keys.version,
      findKey(hash) {
        count.finds++;
        return keys.findKey(hash);
      },
    };
    return { count, port };
  }

  test("the version is raised by every change of a key, and by nothing else", async () => {
    const { keys } = store;
    const seen = [await keys.version()];
    const next = async (change: () => unknown) => {
      await change();
      seen.push(await keys.version());
    };
    const { record } = made();
    await next(() => keys.addKey(record));
    await next(() => keys.replaceKey(record.id, made().record, 1));
    await next(() => database.sqlite.run("UPDATE api_keys SET expires_at_ms = 7"));
    await next(() => database.sqlite.run("DELETE FROM api_keys"));
    expect(new Set(seen).size).toBe(seen.length);
    await next(() => store.isWritable());
    await next(() => keys.revokeKey(record.id, 2));
    expect(new Set(seen.slice(-3)).size).toBe(1);
  });

  test("a change that is rolled back leaves the version as it was", async () => {
    const before = await store.keys.version();
    const { addKey } = createKeyring(database);
    const failing = () =>
      database.write(() => {
        addKey(made().record);
        throw new Error("rolled back");
      });
    expect(failing).toThrow("rolled back");
    expect(await store.keys.version()).toBe(before);
  });

  test("an expiry counts to the millisecond though the key is remembered", async () => {
    const { at, clock } = stoppedClock();
    const { count, port } = counted(store);
    const { record, secret } = made(1_000);
    await store.keys.addKey(record);
    const authenticate = createAuthenticator(port, clock);
    const credentials = { authorization: `Bearer ${secret}`, apiKey: null };
    const caller = { keyId: record.id, accountId: "acct_1" };
    at.wallMs = 998;
    expect(await authenticate(credentials)).toEqual(caller);
    at.wallMs = 999;
    expect(await authenticate(credentials)).toEqual(caller);
    at.wallMs = 1_000;
    expect(() => authenticate(credentials)).toThrow("The API key has expired.");
    expect(count.finds).toBe(1);
  });

  test("a key is remembered for either header, and revoked for both", async () => {
    const { at, clock } = stoppedClock();
    const { count, port } = counted(store);
    const { record, secret } = made();
    await store.keys.addKey(record);
    const authenticate = createAuthenticator(port, clock);
    const bearer = { authorization: `Bearer ${secret}`, apiKey: null };
    const other = { authorization: null, apiKey: secret };
    await authenticate(bearer);
    await authenticate(other);
    expect(count.finds).toBe(1);
    const mixed = { authorization: null, apiKey: `Bearer ${secret}` };
    await expect(authenticate(mixed)).rejects.toThrow("malformed");
    await store.keys.revokeKey(record.id, 1);
    at.monoMs = VERSION_HOLDS_MS;
    await expect(authenticate(bearer)).rejects.toThrow("revoked");
    await expect(authenticate(other)).rejects.toThrow("revoked");
  });
});
