// Helpers of the tests of the catalogue: configurations as from a file, and catalogues over them.
import { buildCatalog, type Catalog } from "../../src/catalog/build.ts";
import type { Deployment } from "../../src/catalog/types.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";

function config(input: unknown = {}): Config {
  return configSchema.parse(input);
}

export function catalog(connected: string[], input: unknown = {}): Catalog {
  return buildCatalog({
    config: config(input),
    connected: new Set(connected),
    missingEnv: new Map([
      ["openai", "OPENAI_API_KEY"],
      ["anthropic", "ANTHROPIC_API_KEY"],
    ]),
  });
}

/** The best deployment of an id that must be served. */
export function best(from: Catalog, id: string): Deployment {
  const [first] = from.candidates(id);
  if (first === undefined) {
    throw new Error(`${id} is not served`);
  }
  return first;
}

export function servedIds(from: Catalog): string[] {
  return from.served().map((entry) => entry.id);
}
