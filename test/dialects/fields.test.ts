// No field is lost in silence: each dialect serves it, refuses it by name, or names it in the answer's header.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectQuietBooks, post } from "../chat/support.ts";
import { json } from "../support/raw-upstream.ts";
import { type Bench, openBench } from "./bench.ts";
import type { Fields } from "./driver.ts";
import { DRIVERS } from "./drivers/all.ts";
import { Matrix } from "./matrix.ts";
import { clientRequest, saying } from "./requests.ts";
import type { FieldRow } from "./same/field-row.ts";
import { FIELD_ROWS } from "./same/fields.ts";

const matrix = new Matrix(DRIVERS.map(({ name }) => name));

afterAll(() => {
  process.stdout.write(`\n${matrix}${matrix.size} cells\n\n`);
});

interface Answered {
  status: number;
  param: string;
  /** What reached the upstream; null for a refusal before that. */
  sent: string | null;
  header: readonly string[];
}

async function ask(
  { driver, server, upstream }: Bench,
  row: FieldRow,
  fields: Fields,
): Promise<Answered> {
  upstream.answer(json(driver.whole(saying(["Fine."]))));
  const before = upstream.requests.length;
  const response = await post(server, { ...clientRequest(driver, row.model ?? "text"), ...fields });
  const answer = (await response.json()) as { error?: { param?: string | null } };
  return {
    status: response.status,
    param: answer.error?.param ?? "",
    sent: upstream.requests.at(before)?.text ?? null,
    header: (response.headers.get("x-aacflow-ignored") ?? "").split(", "),
  };
}

/** What became of the field. */
async function fateOf(bench: Bench, field: string, row: FieldRow): Promise<string> {
  const says = row.says ?? field;
  const answered = await ask(bench, row, row.request);
  if (answered.status === 400 && answered.param.startsWith(says)) return "refused";
  if (answered.status !== 200) return `status ${answered.status}, ${answered.param}`;
  if (answered.header.includes(says)) return "named";
  const without = await ask(bench, row, row.beside ?? {});
  const { token = "" } = row;
  const isThere =
    typeof token === "string" ? answered.sent?.includes(token) : token.test(answered.sent ?? "");
  return isThere === true && answered.sent !== without.sent ? "served" : "unfelt";
}

describe.each(DRIVERS.map((driver) => [driver.name, driver] as const))("%s", (name, driver) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await openBench(driver);
  });

  afterAll(async () => {
    await expectQuietBooks(bench.server);
    await bench.close();
  });

  test.each(FIELD_ROWS)("%s", async (rowName, field, row) => {
    matrix.set(rowName, name, "FAILED");
    const exception = row.but?.[name];
    const fate = await fateOf(bench, field, row);
    expect(["served", exception?.rule ?? row.rule]).toContain(fate);
    matrix.set(rowName, name, exception === undefined ? fate : `${fate} (${exception.because})`);
  });
});

test("no cell was left out", () => {
  expect(matrix.size).toBe(DRIVERS.length * FIELD_ROWS.length);
});
