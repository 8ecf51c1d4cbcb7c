// Checks of one model by itself: its limits, and the order of its prices.
import type { FileModel, FileRate } from "../../../src/catalog/data.ts";
import { modelIdentity } from "../../../src/catalog/identity.ts";
import {
  base,
  type Check,
  type Contradiction,
  type FilePrice,
  type Part,
  tiersOf,
  usd,
} from "./contradiction.ts";

function each(check: string, faults: (model: FileModel) => string[]): Check {
  return (models) =>
    models.flatMap((model) =>
      faults(model).map((says) => ({ check, provider: model.provider, id: model.id, says })),
    );
}

/** One line for each id of a provider, and no alias that is an id. */
export const unique: Check = (models) => {
  const found: Contradiction[] = [];
  const seen = new Set(models.map(({ provider, id }) => `${provider}/${id}`));
  const ids = new Set<string>();
  for (const { provider, id, aliases = [] } of models) {
    for (const name of [id, ...aliases]) {
      const key = `${provider}/${name}`;
      if (ids.has(key) || (name !== id && seen.has(key))) {
        found.push({ check: "unique", provider, id, says: `${name} is there twice` });
      }
      ids.add(key);
    }
  }
  return found;
};

export const limits = each("limits", (model) => {
  const { contextWindow, maxOutputTokens, imageTokensMax } = model;
  const counts = [contextWindow, maxOutputTokens, imageTokensMax];
  const whole = counts.every((count) => Number.isSafeInteger(count) && count > 0);
  return [
    ...(whole ? [] : ["limits must be whole and positive"]),
    ...(maxOutputTokens > contextWindow ? ["it writes more than its window holds"] : []),
  ];
});

const NO_CHAT =
  /embed|rerank|whisper|transcri|moderation|-tts|-ocr|realtime|native-audio|-live-|image-gen|-image(-|$)|imagen|veo|sora|dall-e/;

export const chat = each("chat", ({ id }) =>
  NO_CHAT.test(modelIdentity(id).name) ? ["its name is not that of a chat model"] : [],
);

/** A price for longer prompts than the window holds: one of the two numbers is wrong. */
export const tierWithinWindow = each("tier-within-window", (model) => {
  const starts = model.prices.flatMap(({ price }) =>
    Object.values(price).flatMap((rate) => tiersOf(rate).map(({ above }) => above)),
  );
  const most = Math.max(0, ...starts);
  // OpenAI's tables write a tier from 272 000 on as above 271 999.
  return most >= model.contextWindow - 1
    ? [`a price for prompts above ${most}, of a window of ${model.contextWindow}`]
    : [];
});

export const firstPeriod = each("first-period", ({ prices: [first] }) =>
  first === undefined || first.fromDate !== undefined || first.dailyUtc !== undefined
    ? ["the first price must hold without condition"]
    : [],
);

/** Pairs of parts of which the first never costs more than the second. */
const ORDER: readonly (readonly [Part, Part])[] = [
  ["cacheRead", "input"],
  ["cacheRead", "cacheReadAudio"],
  ["cacheReadAudio", "inputAudio"],
  ["input", "cacheWrite"],
  ["cacheWrite", "cacheWrite1h"],
  ["input", "output"],
  ["input", "inputAudio"],
  ["output", "outputAudio"],
];

export const priceOrder = each("price-order", ({ prices }) =>
  prices.flatMap(({ price }) => [...impossibleOrders(price), ...impossibleTiers(price)]),
);

function impossibleOrders(price: FilePrice): string[] {
  const [input, output] = [base(price.input), base(price.output)];
  const halfFree = (input === 0) !== (output === 0);
  const rates = Object.values(price).flatMap((rate) => [rate, ...tiersOf(rate)]);
  const exact = rates.every((rate) => {
    const micro = base(rate as FileRate) ?? -1;
    return Number.isSafeInteger(micro) && micro >= 0;
  });
  return [
    ...(exact ? [] : ["a rate is no whole number of micro-dollars"]),
    ...(halfFree ? [`input ${usd(input)} and output ${usd(output)}`] : []),
    ...ORDER.flatMap(([low, high]) => {
      const [less, more] = [base(price[low]), base(price[high])];
      return less !== undefined && more !== undefined && less > more
        ? [`${low} ${usd(less)} above ${high} ${usd(more)}`]
        : [];
    }),
  ];
}

/** Long prompts cost more, and they begin at one length for every part. */
function impossibleTiers(price: FilePrice): string[] {
  const starts = (rate: FileRate | undefined) =>
    tiersOf(rate)
      .map(({ above }) => above)
      .join(",");
  const expected = starts(price.input);
  return Object.entries(price).flatMap(([part, rate]) => {
    const lowest = Math.min(...tiersOf(rate).map(({ microPerMtok }) => microPerMtok));
    return [
      ...(starts(rate) === expected ? [] : [`${part} has other tiers than input`]),
      ...(lowest < (base(rate) ?? 0) ? [`${part} is cheaper for longer prompts`] : []),
    ];
  });
}

/** How many times its input a model's output may cost: the steepest makers stay at ten. */
const STEEPEST = 20;

/** An aggregator's mix of two hosts' offers, or a cache's price in the place of the input's. */
export const lopsided = each("lopsided", ({ prices }) =>
  prices.flatMap(({ price }) => {
    const [input = 0, output = 0] = [base(price.input), base(price.output)];
    return output > input * STEEPEST ? [`input ${usd(input)} and output ${usd(output)}`] : [];
  }),
);

/** Anthropic's rule for every model and host: what is kept for an hour has a price of its own. */
export const claudeHour = each("claude-hour", ({ id, prices }) =>
  modelIdentity(id).maker === "anthropic" &&
  prices.some(({ price }) => price.cacheWrite !== undefined && price.cacheWrite1h === undefined)
    ? ["no price for cache writes of an hour"]
    : [],
);
