// By how much the database grows with each completion.
import { Database } from "bun:sqlite";
import { join } from "node:path";
import { DATABASE_FILE } from "../../src/db/open.ts";
import { take } from "../compare.ts";
import { wrk } from "../load.ts";
import { plainRow } from "../row.ts";
import { once } from "../statistics.ts";
import type { Figure } from "./figure.ts";
import { completions } from "./targets.ts";

const CONNECTIONS = 64;

/** Bytes that the database fills once its log is written back, free pages left out. */
function sizeBytes(dataDir: string): number {
  const database = new Database(join(dataDir, DATABASE_FILE), { readonly: true });
  const pragma = (name: string): number =>
    Number(database.query(`PRAGMA ${name}`).values()[0]?.[0]);
  const bytes = (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  database.close();
  return bytes;
}

export const database: Figure = {
  name: "database",
  async measure(world, { seconds, rounds }) {
    const [, target] = completions(world, 1_000);
    const { dataDir } = world.product;
    await take(target, wrk(CONNECTIONS), seconds);
    const bytesBefore = sizeBytes(dataDir);
    const sentBefore = await target.upstream.sent();
    for (let round = 0; round < rounds; round++) await take(target, wrk(CONNECTIONS), seconds);
    const requests = (await target.upstream.sent()) - sentBefore;
    const bytes = (sizeBytes(dataDir) - bytesBefore) / requests;
    const name = `database, over ${requests} completions`;
    return [plainRow(name, "B each", { bare: null, product: once(bytes) }, 400)];
  },
};
