// Rules of the house that the linter cannot see.
import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { sources } from "./imports.ts";

const MONEY_WRITE =
  /\b(insert\s+(or\s+\w+\s+)?into|update|delete\s+from|replace\s+into)\s+[`"']?(accounts|entries|holds|owners|prices|terms|records)\b/i;

test("no SQL outside the ledger writes to a money table", async () => {
  const all = await sources();
  expect(all.size).toBeGreaterThan(50);
  const offenders = [...all].filter(
    ([path, text]) => !path.startsWith("ledger/") && MONEY_WRITE.test(text),
  );
  expect(offenders.map(([path]) => path)).toEqual([]);
  expect(MONEY_WRITE.test("UPDATE accounts SET balance_micro = 0")).toBe(true);
});

test("every source file says in its first line what lives in it", async () => {
  const silent = [...(await sources())].filter(([, text]) => !text.startsWith("// "));
  expect(silent.map(([path]) => path)).toEqual([]);
});

test("only the tokenizer's own thread loads the tokenizer, which blocks for a third of a second", async () => {
  const TOKENIZER = /["']gpt-tokenizer/;
  const loaders = [...(await sources())].filter(([, text]) => TOKENIZER.test(text));
  expect(loaders.map(([path]) => path)).toEqual(["metering/tokens/worker.ts"]);
});

test("the operator's use-cases print nothing and end no process", async () => {
  const SPEAKS = /\bconsole\.|process\.(exit|stdout|stderr|exitCode)|Bun\.(stdout|stderr)/;
  const rooms = [...(await sources())].filter(([path]) => path.startsWith("operator/"));
  expect(rooms.length).toBeGreaterThan(10);
  expect(rooms.filter(([, text]) => SPEAKS.test(text)).map(([path]) => path)).toEqual([]);
  expect(SPEAKS.test("process.exit(1)")).toBe(true);
});

test("commands that only read the books start without the weight of the server, the catalogue and the configuration", async () => {
  const all = await sources();
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  const loaded = new Set<string>();
  const load = (path: string): void => {
    const text = all.get(path);
    if (text === undefined || loaded.has(path)) return;
    loaded.add(path);
    // Types are gone by now, and what is imported later by a call is not loaded at the start.
    for (const { kind, path: from } of transpiler.scanImports(text)) {
      if (kind === "import-statement") load(join(dirname(path), from));
    }
  };
  load("main.ts");
  // The entry may begin its process anew: what it has loaded by then is loaded twice.
  expect(loaded).not.toContain("cli/program.ts");
  load("cli/program.ts");
  // The command line loads a command when it is meant.
  for (const command of [
    "serve",
    "keys/keys",
    "credits/credits",
    "requests/requests",
    "ledger/ledger",
  ]) {
    load(`cli/${command}.ts`);
  }
  expect(loaded).toContain("ledger/sqlite/ledger.ts");
  const heavy =
    /^(catalog\/build|catalog\/data|providers\/.*|http\/server|calls\/gateway|config\/schema)\.ts$/;
  expect([...loaded].filter((path) => heavy.test(path))).toEqual([]);
});
