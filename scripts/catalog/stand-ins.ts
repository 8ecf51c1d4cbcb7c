// Names that move: which model each stands for today, so that it has that model's price and limits.
import type { FileModel } from "../../src/catalog/data.ts";

/** By provider, the moving name and the id of the model that answers under it. */
export const STAND_INS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  openai: {
    "gpt-daybreak-blue-latest": "gpt-5.6-sol",
    "gpt-daybreak-red-latest": "gpt-5.6-cyber",
  },
  azure: {
    "gpt-daybreak-blue-latest": "gpt-5.6-sol",
    "gpt-daybreak-red-latest": "gpt-5.6-cyber",
  },
  google: {
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
    "gemini-pro-latest": "gemini-3.1-pro-preview",
  },
  mistral: {
    "codestral-latest": "codestral-2508",
    "devstral-latest": "devstral-2512",
    "devstral-medium-latest": "devstral-2512",
    "magistral-medium-latest": "mistral-medium-2604",
    "ministral-3b-latest": "ministral-3b-2512",
    "ministral-8b-latest": "ministral-8b-2512",
    "mistral-large-latest": "mistral-large-4",
    "mistral-medium-3.5": "mistral-medium-2604",
    "mistral-medium-latest": "mistral-medium-2604",
    "mistral-small-latest": "mistral-small-2603",
    "voxtral-small-latest": "voxtral-small-2507",
  },
  fireworks: {
    "accounts/fireworks/routers/deepseek-flash-latest":
      "accounts/fireworks/models/deepseek-v4p1-flash-1017",
    "accounts/fireworks/routers/glm-fast-latest": "accounts/fireworks/routers/glm-5p3-fast",
    "accounts/fireworks/routers/glm-flash-latest": "accounts/fireworks/models/glm-5p3-flash",
    "accounts/fireworks/routers/glm-latest": "accounts/fireworks/models/glm-5p3",
    "accounts/fireworks/routers/kimi-fast-latest": "accounts/fireworks/routers/kimi-k3-fast",
    "accounts/fireworks/routers/kimi-latest": "accounts/fireworks/models/kimi-k3p1-pro",
    "accounts/fireworks/routers/minimax-latest": "accounts/fireworks/models/minimax-m3",
    "accounts/fireworks/routers/qwen-max-latest": "accounts/fireworks/models/qwen3p8-max",
  },
};

/** `-latest` is part of their name: no other id means them. */
export const OWN_MODELS: ReadonlySet<string> = new Set([
  "chat-latest",
  "gpt-5-chat-latest",
  "openai/gpt-chat-latest",
]);

/** The id of the model that a name stands for, or null when it is a model itself. */
export function standsFor(provider: string, id: string): string | null {
  return STAND_INS[provider]?.[id] ?? null;
}

/**
 * Gives moving names the facts and prices of what they stand for; their own in the sources are older.
 * @throws Error for one whose model is not in the catalogue
 */
export function resolveStandIns(models: readonly FileModel[]): FileModel[] {
  return models.map((model) => {
    const target = standsFor(model.provider, model.id);
    if (target === null) {
      return model;
    }
    const found = models.find(({ provider, id }) => provider === model.provider && id === target);
    if (found === undefined) {
      throw new Error(`${model.provider}/${model.id} stands for ${target}, which is not there`);
    }
    const { aliases: _, ...facts } = found;
    return { ...facts, id: model.id };
  });
}
