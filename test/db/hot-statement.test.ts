// Hot statements: Drizzle's SQL run by the driver, with every value given by name.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { eq, getTableColumns, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { prepareGet, prepareRun } from "../../src/db/hot-statement.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const things = sqliteTable("things", {
  id: text("id").primaryKey(),
  isOpen: integer("is_open", { mode: "boolean" }).notNull(),
  note: text("note"),
});

let database: TestDatabase;
beforeEach(() => {
  database = createTestDatabase();
  database.sqlite.run("CREATE TABLE things (id TEXT PRIMARY KEY, is_open INTEGER, note TEXT)");
});
afterEach(() => database.remove());

const insert = () =>
  prepareRun(
    database.sqlite,
    database.orm.insert(things).values({
      id: sql.placeholder("id"),
      isOpen: sql.placeholder("isOpen"),
      note: sql.placeholder("note"),
    }),
  );
const find = () =>
  prepareGet(
    database.sqlite,
    database.orm
      .select()
      .from(things)
      .where(eq(things.id, sql.placeholder("id"))),
    getTableColumns(things),
  );

describe("a hot statement", () => {
  test("gives rows as Drizzle does: names, booleans, nulls", () => {
    insert()({ id: "a", isOpen: true, note: null });
    insert()({ id: "b", isOpen: false, note: "n" });
    expect(find()({ id: "a" })).toEqual({ id: "a", isOpen: true, note: null });
    expect(find()({ id: "b" })).toEqual({ id: "b", isOpen: false, note: "n" });
    expect(find()({ id: "c" })).toBeUndefined();
    expect(database.orm.select().from(things).all()).toEqual([
      { id: "a", isOpen: true, note: null },
      { id: "b", isOpen: false, note: "n" },
    ]);
  });

  test("refuses a forgotten value instead of storing NULL", () => {
    expect(() => insert()({ id: "a", isOpen: true })).toThrow("no value for note");
    expect(database.orm.select().from(things).all()).toEqual([]);
  });

  test("takes placeholders only, as its first run says", () => {
    const fixed = database.orm.select().from(things).where(eq(things.id, "a"));
    const run = prepareGet(database.sqlite, fixed, getTableColumns(things));
    expect(() => run({})).toThrow("placeholders only");
  });
});
