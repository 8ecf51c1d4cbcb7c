// `aacflow models`: what the catalogue knows, what each model costs, and what is served now.
import type { Command } from "commander";
import type { CatalogEntry } from "../catalog/build.ts";
import { configOf, contextOf } from "./context.ts";
import { MODEL_COLUMNS, modelJson, modelRow } from "./model-view.ts";
import { printJson, printLines } from "./output.ts";
import { tableLines } from "./table.ts";

export function addModels(program: Command): void {
  program
    .command("models")
    .description("list models: prices, context, capabilities, and which are served now")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const config = configOf(context);
      const { catalogOf } = await import("./catalog.ts");
      const entries = catalogOf(context, config).catalog.all();
      const now = new Date();
      if (context.json) printJson({ models: entries.map((entry) => modelJson(entry, now)) });
      else printLines(toLines(entries, now));
    });
}

function toLines(entries: readonly CatalogEntry[], now: Date): string[] {
  const rows = entries.map((entry) => modelRow(entry, now));
  const served = entries.filter((entry) => entry.served).length;
  return [
    ...tableLines(MODEL_COLUMNS, rows),
    "",
    `${entries.length} models, ${served} served now. Prices in USD per million tokens.`,
  ];
}
