// Writes src/catalog/data/models.json from its two sources. A maintainer runs it and commits that.
import { readFile, writeFile } from "node:fs/promises";
import type { CatalogFile, FileModel } from "../src/catalog/data.ts";
import { checkCatalog, toLine } from "./catalog/checks/all.ts";
import { correct } from "./catalog/corrections.ts";
import { LITELLM_PRICES, PI_AI, withPackage } from "./catalog/fetch-pinned.ts";
import { disagreements, readLitellm } from "./catalog/litellm.ts";
import { withMakersParts } from "./catalog/makers-parts.ts";
import { joinProvider } from "./catalog/models.ts";
import { readPiModels } from "./catalog/pi.ts";
import { PROVIDERS } from "./catalog/selection.ts";
import { resolveStandIns } from "./catalog/stand-ins.ts";

const TARGET = new URL("../src/catalog/data/models.json", import.meta.url);

/**
 * The sources' prices as of this day. A constant, so that running the script twice changes nothing.
 */
const DATE = "2026-11-22";

async function main(): Promise<void> {
  const joined: FileModel[] = [];
  await withPackage(PI_AI, async (folder) => {
    for (const names of PROVIDERS) {
      const { models, notes } = joinProvider(names, await readPiModels(folder, names.pi), DATE);
      joined.push(...models);
      process.stdout.write(notes.map((note) => `${note}\n`).join(""));
    }
  });
  const models = resolveStandIns(withMakersParts(correct(joined)));
  refuseContradictions(models);
  await writeFile(TARGET, render({ ...(await header()), models }));
  const fromGenai = models.filter((model) => model.priceSource === "genai-prices").length;
  process.stdout.write(
    `${models.length} models, ${fromGenai} priced by genai-prices, ` +
      `${models.length - fromGenai} by pi-ai\n`,
  );
  const table = await withPackage(LITELLM_PRICES, readLitellm);
  process.stdout.write(
    disagreements(models, table)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** @throws Error with every contradiction, and every exception that nothing needs */
function refuseContradictions(models: readonly FileModel[]): void {
  const { contradictions, idle } = checkCatalog(models);
  const lines = [
    ...contradictions.map(toLine),
    ...idle.map(
      ({ check, provider, id }) => `an idle exception: ${check} ${provider}/${id.source}`,
    ),
  ];
  if (lines.length > 0) {
    throw new Error(`the catalogue contradicts itself:\n${lines.join("\n")}`);
  }
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
        name: PI_AI.name,
        version: PI_AI.version,
        licence: "MIT",
        usedFor: "models, limits, vision, reasoning, prices that the other lacks",
      },
    ],
  };
}

/** JSON with one line for each model, so that a change of one price is a change of one line. */
function render(file: CatalogFile): string {
  const { models, ...rest } = file;
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, "");
  const lines = models.map((model) => `    ${JSON.stringify(model)}`).join(",\n");
  return `${head},\n  "models": [\n${lines}\n  ]\n}\n`;
}

await main();
