// `aacflow models`: what the catalogue knows, what each model costs, and what is served now.
import type { Command } from "commander";
import type { CatalogEntry } from "../catalog/build.ts";
import { configOf, contextOf } from "./context.ts";
import { type ModelWish, selectModels } from "./model-filter.ts";
import { MODEL_COLUMNS, modelJson, modelRow } from "./model-view.ts";
import { readCredits, readName } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { tableLines } from "./table.ts";

export function addModels(program: Command): void {
  program
    .command("models")
    .description("list models: prices, context, capabilities, and which are served now")
    .argument("[text]", "only models with this in their name", readName)
    .option("--provider <id>", "only this provider's", readName)
    .option("--capability <name>", "only those with it, e.g. vision; may be repeated", collect)
    .option("--available", "only what is served now")
    .option("--max-input <usd>", "at most this price of input, per million tokens", readCredits)
    .option("--max-output <usd>", "at most this price of output", readCredits)
    .action(async (text: string | undefined, options: ModelWish, command: Command) => {
      const context = contextOf(command);
      const config = configOf(context);
      const { catalogOf } = await import("./catalog.ts");
      const now = new Date();
      const all = catalogOf(context, config).catalog.all();
      const entries = selectModels(all, { ...options, text }, now);
      if (context.json) printJson({ models: entries.map((entry) => modelJson(entry, now)) });
      else printLines(toLines(entries, now));
    });
}

const collect = (name: string, others: string[] = []) => [...others, readName(name)];

function toLines(entries: readonly CatalogEntry[], now: Date): string[] {
  const rows = entries.map((entry) => modelRow(entry, now));
  const served = entries.filter((entry) => entry.served).length;
  return [
    ...tableLines(MODEL_COLUMNS, rows),
    "",
    `${entries.length} models, ${served} served now. Prices in USD per million tokens.`,
  ];
}
