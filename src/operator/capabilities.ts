// What a model can do, in names; apart from the list of models, which loads the catalogue.
import type { CatalogEntry } from "../catalog/build.ts";

/** What a model can do, by the names of the JSON. */
export function capabilitiesOf({ deployment }: CatalogEntry): string[] {
  return Object.entries(deployment.facts.capabilities)
    .filter(([, has]) => has)
    .map(([name]) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}
