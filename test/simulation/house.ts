// The fixed parts of the simulated house: three models with unlike prices on three providers, and who pays.
import type { Catalog } from "../../src/catalog/build.ts";
import type { Deployment, Price } from "../../src/catalog/types.ts";
import { type Config, configSchema } from "../../src/config/schema.ts";

export const ACCOUNT_NAMES = ["ann", "bob", "cid"] as const;
export const CONTEXT = 1_000;
export const OUTPUT_MAX = 200;
export const FLOOR_TOKENS = 10;
export const OUTPUT_SHARE = 4;
/** How long a call of the provider that is read to its end goes on without its client, and how many do. */
export const DRAIN = { maxMs: 60, maxCalls: 1 };
/** Tries after the first, and the longest pause before one. */
export const RETRIES = { max: 2, maxWaitMs: 600 };
/** Some answers are longer, and not kept for their idempotency keys. */
export const MAX_ANSWER_BYTES = 700;
/** A client is told by then that its charge cannot be recorded. */
export const CLIENT_WAIT_MS = 10_000;
/** A commit gives up on a lock after this. */
const LOCK_TIMEOUT_MS = 40;

export interface SimulatedModel {
  id: "plain" | "drained" | "free";
  drains: boolean;
  /** The price before and after the operator changes it; null is free. */
  prices: [before: Price | null, after: Price | null];
  markupBasisPoints: number;
}

const rate = (microPerMtok: number) => ({ microPerMtok });

/** No price is a whole number of micro-dollars a token, so that every cost has to be rounded. */
export const MODELS: readonly SimulatedModel[] = [
  {
    id: "plain",
    drains: false,
    prices: [
      { input: rate(1_500_001), output: rate(6_000_007), cacheRead: rate(333_333) },
      { input: rate(2_500_001), output: rate(9_000_007), cacheRead: rate(1_333_333) },
    ],
    markupBasisPoints: 0,
  },
  {
    id: "drained",
    drains: true,
    prices: [
      { input: rate(700_001), output: rate(2_800_003), outputReasoning: rate(3_500_001) },
      { input: rate(350_001), output: rate(1_400_003) },
    ],
    markupBasisPoints: 1_234,
  },
  { id: "free", drains: false, prices: [null, null], markupBasisPoints: 0 },
];

/** @param commitQueue money operations that may wait at once. */
export function simulatedConfig(commitQueue: number): Config {
  const plain = { retries: RETRIES };
  const drained = { ...plain, onDisconnect: "drain", drain: DRAIN };
  return configSchema.parse({
    money: {
      commitQueue,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
      floorOutputTokens: FLOOR_TOKENS,
      defaultOutputShare: OUTPUT_SHARE,
    },
    providers: { plain, drained, free: plain },
  });
}

/** A catalogue whose prices change when `isRaised` says so. */
export function simulatedCatalog(isRaised: () => boolean): Catalog {
  const deployment = (model: SimulatedModel): Deployment => {
    const price = model.prices[isRaised() ? 1 : 0];
    return {
      modelId: model.id,
      providerId: model.id,
      upstreamModel: model.id,
      facts: {
        contextWindow: CONTEXT,
        maxOutputTokens: OUTPUT_MAX,
        imageTokensMax: 1_000,
        capabilities: {
          tools: true,
          structuredOutput: true,
          jsonMode: true,
          vision: true,
          audioInput: true,
          audioOutput: true,
          files: true,
          reasoning: true,
        },
      },
      prices: price === null ? [] : [{ price }],
      markupBasisPoints: model.markupBasisPoints,
    };
  };
  return {
    candidates: (id) => MODELS.filter((model) => model.id === id).map(deployment),
    served: () => [],
    all: () => [],
    guessed: [],
  };
}

/** A plain deterministic tokenizer: four characters a token. */
export const tokensOf = (text: string): number => Math.ceil(text.length / 4);
