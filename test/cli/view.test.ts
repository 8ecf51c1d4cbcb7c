// What commands print: tables line up, prices are exact, and a pasted example is one command.
import { expect, test } from "bun:test";
import type { CatalogEntry } from "../../src/catalog/build.ts";
import { fieldLines, tableLines } from "../../src/cli/lib/table.ts";
import { modelJson, usdPerMtok } from "../../src/cli/models/view.ts";
import { demoLines } from "../../src/cli/server/demo-text.ts";
import { catalog } from "../catalog/support.ts";

test("columns line up, also with wide and multi-byte characters", () => {
  const columns = [{ title: "NAME" }, { title: "N", align: "right" as const }];
  expect(
    tableLines(columns, [
      ["日本", "10"],
      ["é", "5"],
    ]),
  ).toEqual(["NAME   N", "日本  10", "é      5"]);
});

test("labelled values stand under each other", () => {
  expect(
    fieldLines([
      ["Id", "1"],
      ["Name", "a"],
    ]),
  ).toEqual(["Id    1", "Name  a"]);
});

test("prices are exact decimals, markup included", () => {
  expect(usdPerMtok(150_000, 0)).toBe("0.15");
  expect(usdPerMtok(15_000_000, 0)).toBe("15.00");
  expect(usdPerMtok(0, 1000)).toBe("0.00");
  expect(usdPerMtok(1, 0)).toBe("0.000001");
  expect(usdPerMtok(150_000, 1000)).toBe("0.165");
  expect(usdPerMtok(1, 1)).toBe("0.0000010001");
});

test("a price for one is shown beside the tokens'", () => {
  const tokens = { inputPerMtok: "1", outputPerMtok: "2" };
  const price = { ...tokens, perRequest: "0.01", perCharacter: "0.000015" };
  const from = catalog(["openai"], {
    models: { "gpt-4o-mini": { price, markupPercent: 10 } },
  });
  const entry = from.all().find(({ id }) => id === "gpt-4o-mini") as CatalogEntry;
  expect(modelJson(entry, new Date()).price).toMatchObject({
    input: { usd_per_mtok: "1.10", tiers: [] },
    request: { usd_each: "0.011" },
    character: { usd_each: "0.0000165" },
  });
});

test("the demo's examples begin at the line's beginning and name the contract's models", () => {
  const lines = demoLines({
    baseUrl: "http://127.0.0.1:4000/api/v1/ai",
    docsUrl: null,
    key: "aacf_key",
    account: "demo",
    balance: "5.000000",
    models: ["demo"],
  });
  expect(lines.filter((line) => line.startsWith(" "))).toEqual([]);
  const commands = lines.filter((line) => line.startsWith("curl "));
  expect(commands[0]).toContain('"model":"gpt-4o-mini"');
  expect(commands[1]).toContain('"model":"claude-sonnet-4-6"');
  expect(commands[1]).toContain('"stream":true');
});
