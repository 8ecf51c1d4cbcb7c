// Joins the sources into the catalogue's models.
import type { FileModel } from "../../src/catalog/data.ts";
import { EXTRAS, type Extra } from "./extras.ts";
import { capabilitiesOf, imageTokensMaxOf } from "./facts.ts";
import { findExact, spelledNames } from "./genai.ts";
import type { PiModel } from "./pi.ts";
import { type ChosenPrice, choosePrice } from "./pricing.ts";
import { exclusionOf, type SourceNames } from "./selection.ts";

export interface JoinResult {
  models: FileModel[];
  /** One line for each model left out, and for each price on which the sources disagree. */
  notes: string[];
}

/** The models of one provider, sorted by id. */
export function joinProvider(
  names: SourceNames,
  piModels: ReadonlyMap<string, PiModel>,
  today: string,
): JoinResult {
  const extras = EXTRAS[names.provider] ?? [];
  const extraIds = extras.map((extra) => extra.id).filter((id) => !piModels.has(id));
  const ids = [...piModels.keys(), ...extraIds].sort();
  const result: JoinResult = { models: [], notes: [] };
  for (const id of ids) {
    const exclusion = exclusionOf(names.provider, id);
    const pi = piModels.get(id) ?? null;
    const price = choosePrice({ ...names, genaiProvider: names.genai, id, pi, today });
    if (exclusion !== null || price === null) {
      result.notes.push(`left out ${names.provider}/${id}: ${exclusion ?? "no stated price"}`);
      continue;
    }
    if (price.note !== null) {
      result.notes.push(`price differs ${price.note}, took ${price.source}`);
    }
    const extra = extras.find((candidate) => candidate.id === id) ?? null;
    result.models.push(joinModel({ names, id, pi, extra, price, taken: new Set(ids) }));
  }
  return result;
}

interface JoinInput {
  names: SourceNames;
  id: string;
  pi: PiModel | null;
  extra: Extra | null;
  price: ChosenPrice;
  /** Ids that are models of their own, and so nobody's alias. */
  taken: ReadonlySet<string>;
}

function joinModel(input: JoinInput): FileModel {
  const { names, id, pi, extra, price } = input;
  const { provider } = names;
  const contextWindow = contextWindowOf(input);
  const vision = extra?.vision ?? pi?.input.includes("image") ?? false;
  const reasoning = extra?.reasoning ?? pi?.reasoning ?? false;
  const stated = extra?.maxOutputTokens ?? pi?.maxTokens ?? contextWindow;
  const aliases = aliasesOf(input);
  return {
    provider,
    id,
    ...(aliases.length === 0 ? {} : { aliases }),
    contextWindow,
    // Some lines state more output than the window holds.
    maxOutputTokens: Math.min(stated, contextWindow),
    imageTokensMax: imageTokensMaxOf(id),
    capabilities: capabilitiesOf({ provider, id, vision, reasoning }),
    priceSource: price.source,
    prices: price.periods,
  };
}

/**
 * The larger of the sources' windows. pi-ai keeps some windows below the point where the price
 * rises, and genai-prices rounds some down; a window that is too small would refuse requests that
 * the provider takes.
 */
function contextWindowOf({ names, id, pi, extra }: JoinInput): number {
  const match = findExact(names.genai, id);
  const stated = match?.own === true ? (match.model.context_window ?? 0) : 0;
  const result = Math.max(extra?.contextWindow ?? 0, pi?.contextWindow ?? 0, stated);
  if (result === 0) {
    throw new Error(`${names.provider}/${id} has no context window`);
  }
  return result;
}

/**
 * Dated snapshots and `-latest` names that genai-prices spells out for the model. Other spellings
 * there are how logs write the name (`gpt-5-1`), or different models at the same price
 * (`gpt-5-codex`).
 */
function aliasesOf({ names, id, extra, taken }: JoinInput): string[] {
  const match = findExact(names.genai, id);
  const spelled = match?.own === true ? spelledNames(match.model.match) : [];
  const snapshots = spelled.filter((name) => {
    const suffix = name.startsWith(id) ? name.slice(id.length) : "";
    return /^-(latest|\d{4}-\d\d-\d\d|\d{8}|\d{4})$/.test(suffix);
  });
  const all = new Set([...(extra?.aliases ?? []), ...snapshots]);
  return [...all].filter((name) => !taken.has(name)).sort();
}
