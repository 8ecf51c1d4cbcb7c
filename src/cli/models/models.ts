// `aacflow models`: what the catalogue knows, what each model costs, and what is served now.
import type { Command } from "commander";
import type { ModelList, ModelWish } from "../../operator/models.ts";
import { contextOf } from "../lib/context.ts";
import { readCredits, readName } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { tableLines } from "../lib/table.ts";
import { MODEL_COLUMNS, modelJson, modelRow } from "./view.ts";

interface ModelOptions {
  provider?: string;
  capability?: string[];
  available?: true;
  /** Micro-dollars per million tokens, as is the next. */
  maxInput?: number;
  maxOutput?: number;
}

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
    .action(async (text: string | undefined, options: ModelOptions, command: Command) => {
      const context = contextOf(command);
      // Loaded here, so that other commands start without the weight of the catalogue.
      const { listModels } = await import("../../operator/models.ts");
      const list = await listModels(context, wishOf(text, options));
      const { entries, at } = list;
      if (context.json) printJson({ models: entries.map((entry) => modelJson(entry, at)) });
      else printLines(toLines(list));
    });
}

const wishOf = (text: string | undefined, options: ModelOptions): ModelWish => ({
  text: text ?? null,
  provider: options.provider ?? null,
  capabilities: options.capability ?? [],
  available: options.available === true,
  maxInputMicroPerMtok: options.maxInput ?? null,
  maxOutputMicroPerMtok: options.maxOutput ?? null,
});

const collect = (name: string, others: string[] = []) => [...others, readName(name)];

function toLines({ entries, at }: ModelList): string[] {
  const rows = entries.map((entry) => modelRow(entry, at));
  const served = entries.filter((entry) => entry.served).length;
  return [
    ...tableLines(MODEL_COLUMNS, rows),
    "",
    `${entries.length} models, ${served} served now. Prices in USD per million tokens.`,
  ];
}
