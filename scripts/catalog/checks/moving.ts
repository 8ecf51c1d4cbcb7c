// Checks of names that move from model to model.
import { OWN_MODELS, standsFor } from "../stand-ins.ts";
import type { Check } from "./contradiction.ts";
import { samePrice } from "./hosts.ts";

/** A `-latest` name says what it stands for, and has that model's price and window. */
export const moving: Check = (models) =>
  models.flatMap((model) => {
    const { provider, id } = model;
    const target = standsFor(provider, id);
    if (target === null) {
      return id.endsWith("-latest") && !OWN_MODELS.has(id)
        ? [{ check: "moving", provider, id, says: "nothing says which model it stands for" }]
        : [];
    }
    const found = models.find((other) => other.provider === provider && other.id === target);
    const same =
      found !== undefined &&
      samePrice(found, model) &&
      found.contextWindow === model.contextWindow &&
      found.maxOutputTokens === model.maxOutputTokens;
    return same
      ? []
      : [{ check: "moving", provider, id, says: `priced or limited unlike ${target}` }];
  });
