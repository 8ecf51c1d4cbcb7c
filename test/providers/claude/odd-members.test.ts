// Every member of an answer as null, or of the wrong type: an ApiError or a sound answer, never a TypeError.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApiError } from "../../../src/base/errors.ts";
import { parseMessage } from "../../../src/providers/anthropic/response.ts";
import { EventReader } from "../../../src/providers/anthropic/stream.ts";
import { parseConverse } from "../../../src/providers/bedrock/response.ts";
import { ChunkReader } from "../../../src/providers/bedrock/stream.ts";
import type { UpstreamChunk } from "../../../src/providers/protocol.ts";

const ROOT = join(import.meta.dir, "../../fixtures/recorded");

const ODD: readonly unknown[] = [
  null,
  "",
  "text",
  0,
  -1,
  1.5,
  1e300,
  true,
  [],
  [null],
  {},
  { a: 1 },
];

/** The value with each of its members, at any depth, once replaced by each odd value and once left out. */
function* oddly(value: unknown): Generator<unknown> {
  yield* ODD;
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    for (const odd of oddly(member)) {
      yield Array.isArray(value)
        ? value.map((other, index) => (String(index) === key ? odd : other))
        : { ...value, [key]: odd };
    }
    yield Array.isArray(value)
      ? value.filter((_, index) => String(index) !== key)
      : Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  }
}

function sound(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
}

function checkChunk({ chunk, usage }: UpstreamChunk): void {
  for (const { delta } of chunk.choices) {
    expect(typeof (delta.content ?? "")).toBe("string");
    for (const call of delta.tool_calls ?? []) {
      expect(typeof (call.function?.arguments ?? "")).toBe("string");
      expect(typeof (call.function?.name ?? "")).toBe("string");
      expect(typeof (call.id ?? "")).toBe("string");
    }
  }
  for (const count of Object.values(usage ?? {})) expect(Number.isSafeInteger(count)).toBe(true);
}

const recordings = (folder: string, ending: string): [string, string][] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => [name, readFileSync(join(ROOT, folder, name), "utf8")]);

const answerToolIn = (name: string) => (name.startsWith("structured") ? "json" : null);

describe("whole answers", () => {
  const parsers = { anthropic: parseMessage, bedrock: parseConverse };
  test.each(["anthropic", "bedrock"] as const)("%s", (folder) => {
    for (const [name, text] of recordings(folder, ".whole.json")) {
      for (const body of oddly(JSON.parse(text))) {
        sound(() => {
          const tool = answerToolIn(name);
          const { completion } = parsers[folder](JSON.stringify(body), "m", tool);
          const [choice] = completion.choices;
          expect(typeof (choice?.message.content ?? "")).toBe("string");
          for (const call of choice?.message.tool_calls ?? []) {
            if (call.type !== "function") throw new Error("a call of another type");
            expect(call.function.arguments).not.toBe("");
            expect(call.id.length).toBeGreaterThan(0);
          }
        });
      }
    }
  });
});

describe("streams", () => {
  /** Reads the events with one of them replaced by each of its odd forms. */
  function each<Event>(
    events: readonly Event[],
    variants: (event: Event) => Iterable<Event>,
    open: () => { read(event: Event): UpstreamChunk[]; end(): UpstreamChunk[] },
  ): void {
    for (const [at, event] of events.entries()) {
      for (const odd of variants(event)) {
        sound(() => {
          const reader = open();
          for (const [index, it] of events.entries()) {
            for (const chunk of reader.read(index === at ? odd : it)) checkChunk(chunk);
          }
          reader.end();
        });
      }
    }
  }

  test("anthropic", () => {
    for (const [name, text] of recordings("anthropic", ".stream.txt")) {
      const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => ({
        name: "",
        data,
      }));
      each(
        events,
        ({ data }) => oddly(JSON.parse(data)).map((it) => ({ name: "", data: JSON.stringify(it) })),
        () => new EventReader("m", answerToolIn(name)),
      );
    }
  });

  test("bedrock", () => {
    for (const [name, text] of recordings("bedrock", ".stream.json")) {
      const list: Record<string, Record<string, unknown>>[] = JSON.parse(text);
      const events = list.flatMap((it) =>
        Object.entries(it).map(([type, payload]) => ({ kind: "event" as const, type, payload })),
      );
      each(
        events,
        (event) =>
          oddly(event.payload)
            // The framing gives an object, whatever the payload was.
            .filter((it) => typeof it === "object" && it !== null && !Array.isArray(it))
            .map((payload) => ({ ...event, payload: payload as Record<string, unknown> })),
        () => new ChunkReader("m", answerToolIn(name)),
      );
    }
  });
});
