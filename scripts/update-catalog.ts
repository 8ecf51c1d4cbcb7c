// Writes src/catalog/data/models.json from its two sources. A maintainer runs it and commits that.
import { readFile, writeFile } from "node:fs/promises";
import type { CatalogFile, FileModel } from "../src/catalog/data.ts";
import { PROVIDERS } from "./catalog/corrections.ts";
import { PI_VERSION, withPiData } from "./catalog/fetch-pi.ts";
import { joinProvider } from "./catalog/models.ts";
import { readPiModels } from "./catalog/pi.ts";

const TARGET = new URL("../src/catalog/data/models.json", import.meta.url);

/**
 * The sources' prices as of this day. A constant, so that running the script twice changes nothing.
 */
const DATE = "2026-11-22";

async function main(): Promise<void> {
  const models: FileModel[] = [];
  await withPiData(async (folder) => {
    for (const names of PROVIDERS) {
      const joined = joinProvider(names, await readPiModels(folder, names.pi), DATE);
      models.push(...joined.models);
      process.stdout.write(joined.notes.map((note) => `${note}\n`).join(""));
    }
  });
  models.forEach(check);
  await writeFile(TARGET, render({ ...(await header()), models }));
  const fromGenai = models.filter((model) => model.priceSource === "genai-prices").length;
  process.stdout.write(
    `${models.length} models, ${fromGenai} priced by genai-prices, ` +
      `${models.length - fromGenai} by pi-ai\n`,
  );
}

async function header(): Promise<Omit<CatalogFile, "models">> {
  const manifest = new URL("../package.json", import.meta.url);
  const { devDependencies } = JSON.parse(await readFile(manifest, "utf8")) as {
    devDependencies: Record<string, string>;
  };
  return {
    about: "Written by scripts/update-catalog.ts. Rates are micro-dollars per million tokens.",
    date: DATE,
    sources: [
      {
        name: "@pydantic/genai-prices",
        version: devDependencies["@pydantic/genai-prices"] ?? "unknown",
        licence: "MIT",
        usedFor: "prices, context windows, dated names",
      },
      {
        name: "@earendil-works/pi-ai",
        version: PI_VERSION,
        licence: "MIT",
        usedFor: "models, limits, vision, reasoning, prices that the other lacks",
      },
    ],
  };
}

/** Throws on a line that the server could not trust. */
function check(model: FileModel): void {
  const name = `${model.provider}/${model.id}`;
  const counts = [model.contextWindow, model.maxOutputTokens, model.imageTokensMax];
  if (!counts.every((count) => Number.isSafeInteger(count) && count > 0)) {
    throw new Error(`${name}: limits must be whole and positive`);
  }
  const [first] = model.prices;
  if (first === undefined || first.fromDate !== undefined || first.dailyUtc !== undefined) {
    throw new Error(`${name}: the first price must hold without condition`);
  }
}

/** JSON with one line for each model, so that a change of one price is a change of one line. */
function render(file: CatalogFile): string {
  const { models, ...rest } = file;
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, "");
  const lines = models.map((model) => `    ${JSON.stringify(model)}`).join(",\n");
  return `${head},\n  "models": [\n${lines}\n  ]\n}\n`;
}

await main();
