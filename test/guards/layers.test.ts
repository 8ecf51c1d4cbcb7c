// The layers of the house: what imports what, held against the arrows.
import { describe, expect, test } from "bun:test";
import { ARROWS, FILES, OPENERS, PACKAGES } from "./arrows.ts";
import { type Import, importsOf, roomOf, sources } from "./imports.ts";

const MAY_IMPORT = new Map(ARROWS.map(([room, others]) => [room, others.split(" ")]));

const all = [...(await sources())].flatMap(([path, text]) =>
  importsOf(path, text).map((imported) => ({ path, room: roomOf(path), ...imported })),
);

/** The imports that a rule refuses, one line each. */
const offenders = (isRefused: (imported: Import & { path: string; room: string }) => boolean) =>
  all.filter(isRefused).map(({ path, from }) => `${path} imports ${from}`);

/** Of a name in a table of owners, e.g. `elysia/adapter/bun`: the rooms that may import it. */
const ownersOf = (name: string, table: Record<string, string>) =>
  Object.entries(table).find(([key]) => name === key || name.startsWith(`${key}/`))?.[1];

const isOurs = (from: string) => from.startsWith("src/");

test("each room imports only what its arrows name", () => {
  expect(all.length).toBeGreaterThan(500);
  const refused = offenders(({ room, from }) => {
    const other = roomOf(from);
    return isOurs(from) && other !== room && !MAY_IMPORT.get(room)?.includes(other);
  });
  expect(refused).toEqual([]);
});

test("every room has its arrows, which all lead to the ground", () => {
  const rooms = ARROWS.map(([room]) => room);
  expect(all.map(({ room }) => room).filter((room) => !rooms.includes(room))).toEqual([]);
  for (const [room, others] of ARROWS) {
    const below = rooms.slice(0, rooms.indexOf(room));
    expect(others.split(" ").filter((other) => other !== "" && !below.includes(other))).toEqual([]);
  }
});

test("a package is known only to the rooms that it is for", () => {
  const refused = offenders(({ room, from }) => {
    const owners = ownersOf(from, PACKAGES);
    return owners !== undefined && !owners.split(" ").includes(room);
  });
  expect(refused).toEqual([]);
});

test("a table is read and written by its own room alone", () => {
  const refused = offenders(({ room, from }) => {
    const owner = FILES[from];
    return owner !== undefined && room !== owner && room !== roomOf(from);
  });
  expect(refused).toEqual([]);
});

test("only store.ts opens what is stored", () => {
  const refused = offenders(
    ({ room, names }) => room !== "store" && names.some((name) => OPENERS.includes(name)),
  );
  expect(refused).toEqual([]);
  const opened = all.filter(({ room }) => room === "store").flatMap(({ names }) => names);
  expect(opened).toEqual(expect.arrayContaining(OPENERS));
});

test("no import hides what it imports, or leaves the source", () => {
  expect(offenders(({ from }) => from === "import(?)")).toEqual([]);
  expect(offenders(({ from }) => /^(test|bench|scripts|drizzle)\//.test(from))).toEqual([]);
});

describe("what a file imports is seen however it is written", () => {
  const FORMS: [text: string, from: string, names: string[]][] = [
    [
      'import { a, type B as C } from "../db/open.ts";',
      "src/db/open.ts",
      ["a", "type", "B", "as", "C"],
    ],
    ['import type {\n  A,\n  B,\n} from "../db/open.ts";', "src/db/open.ts", ["A", "B"]],
    ['import "../db/open.ts";', "src/db/open.ts", []],
    ['import data from "./x.json" with { type: "json" };', "src/http/x.json", []],
    ['export { a } from "./b.ts";', "src/http/b.ts", ["a"]],
    ['export * from "elysia";', "elysia", []],
    ['const { a } = await import("../db/open.ts");', "src/db/open.ts", []],
    ['type A = import("../db/open.ts").A;', "src/db/open.ts", []],
    ["await import(name);", "import(?)", []],
  ];
  test.each(FORMS)("%s", (text, from, names) => {
    expect(importsOf("http/a.ts", `// A comment.\n${text}\n`)).toEqual([{ from, names }]);
  });
});
