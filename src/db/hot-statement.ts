// Statements of the hot path: written with Drizzle, prepared once, when they are first run, and run by the driver without
// a mapper in between.
import type { SQLQueryBindings, Database as Sqlite, Statement } from "bun:sqlite";
import { is, Param, Placeholder } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import { lazy } from "../base/lazy.ts";

/** What Drizzle's query builders have in common. */
interface Query {
  toSQL(): { sql: string; params: unknown[] };
}

/** Values by the placeholders' names. */
export type Values = Record<string, SQLQueryBindings>;

/** The columns of a result, as they were given to `select` or `returning`. */
export type Columns = Record<string, SQLiteColumn>;

export type Row<C extends Columns> = {
  [K in keyof C]: C[K]["_"]["notNull"] extends true ? C[K]["_"]["data"] : C[K]["_"]["data"] | null;
};

/** Prepares a statement without a result. The returned function throws what SQLite refuses. */
export function prepareRun(sqlite: Sqlite, query: Query): (values: Values) => void {
  const prepared = lazy(() => prepare(sqlite, query));
  return (values) => {
    const { statement, bind } = prepared();
    statement.run(...bind(values));
  };
}

/**
 * Prepares a statement that gives at most one row.
 * @param columns those of the query, in its order.
 */
export function prepareGet<C extends Columns>(
  sqlite: Sqlite,
  query: Query,
  columns: C,
): (values: Values) => Row<C> | undefined {
  const prepared = lazy(() => prepare(sqlite, query));
  const fields = Object.entries(columns);
  return (values) => {
    const { statement, bind } = prepared();
    const [row] = statement.values(...bind(values));
    if (row === undefined) return undefined;
    const result: Record<string, unknown> = {};
    for (let index = 0; index < fields.length; index++) {
      const [name, column] = fields[index] as [string, SQLiteColumn];
      const value = row[index];
      result[name] = value === null ? null : column.mapFromDriverValue(value);
    }
    return result as Row<C>;
  };
}

interface Prepared {
  statement: Statement<unknown, SQLQueryBindings[]>;
  bind: (values: Values) => SQLQueryBindings[];
}

function prepare(sqlite: Sqlite, query: Query): Prepared {
  const { sql, params } = query.toSQL();
  const names = params.map(nameOf);
  return {
    statement: sqlite.prepare(sql),
    bind: (values) =>
      names.map((name) => {
        const value = values[name];
        // Bound as NULL, a forgotten value would be stored without a word.
        if (value === undefined) throw new Error(`no value for ${name}`);
        return value;
      }),
  };
}

/** A hot statement takes all its values by name: what it would bind by itself belongs into the caller's hands. */
function nameOf(param: unknown): string {
  const placeholder = is(param, Param) ? param.value : param;
  if (!is(placeholder, Placeholder)) throw new Error("a hot statement takes placeholders only");
  return placeholder.name;
}
