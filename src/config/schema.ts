// The configuration file's schema, put together from its sections: every setting, its default and its unit.
import { z } from "zod";
import { demo } from "./demo-section.ts";
import { idempotency } from "./idempotency-section.ts";
import { limits } from "./limits-section.ts";
import { media } from "./media-section.ts";
import { modelOverride } from "./model-section.ts";
import { money } from "./money-section.ts";
import { percent } from "./primitives.ts";
import { provider } from "./provider-section.ts";
import { server } from "./server-section.ts";

export const configSchema = z.strictObject({
  server: server.prefault({}),
  limits: limits.prefault({}),
  money: money.prefault({}),
  media: media.prefault({}),
  idempotency: idempotency.prefault({}),
  demo: demo.prefault({}),
  /** Keyed by provider id, known (`openai`, `groq`, …) or new. */
  providers: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), provider).default({}),
  /** Overrides that hold for a model at whichever provider serves it. */
  models: z.record(z.string().min(1), modelOverride).default({}),
  /** Added to every price, in percent. */
  markupPercent: percent.default(0),
});

/** The whole configuration, defaults filled in, prices in micro-dollars per million tokens. */
export type Config = z.output<typeof configSchema>;
export type ProviderConfig = Config["providers"][string];
/** The settings of a provider that the configuration does not mention. */
export const UNMENTIONED_PROVIDER: ProviderConfig = provider.parse({}, { jitless: true });
export type ModelOverride = Config["models"][string];
export type PriceOverride = NonNullable<ModelOverride["price"]>;
export type Timeouts = ProviderConfig["timeouts"];
