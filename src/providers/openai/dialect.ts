// OpenAI's dialect, for every provider that speaks it, with what sets that provider apart.
import { type Dialect, defineDialect } from "../define.ts";
import { createResponsesAdapter } from "../openai-responses/adapter.ts";
import type { AuthStyle } from "../shared/endpoint.ts";
import { createOpenAiAdapter } from "./adapter.ts";
import { createBridgedAdapter } from "./bridge.ts";
import { CUSTOM } from "./provider-quirks.ts";
import type { Quirks } from "./quirks.ts";

export interface OpenAiSettings {
  auth?: AuthStyle;
  quirks?: Quirks;
  /** Whether the provider also serves the Responses API, for what chat completions refuse. */
  hasResponses?: boolean;
}

/** An address with a deployment in its path serves that deployment's chat completions only. */
const DEPLOYMENT_PATH = /\/deployments\/|\{model\}/;

/** With the quirks that it was made with. */
export interface OpenAiDialect extends Dialect {
  quirks: Quirks;
}

/** Chat completions with a bearer key and what fits any provider, unless the settings say otherwise. */
export function openAi(settings: OpenAiSettings = {}): OpenAiDialect {
  const { auth = "bearer", quirks = CUSTOM, hasResponses = false } = settings;
  const dialect = defineDialect({
    name: "openai",
    connect(options) {
      const openAiOptions = { ...options, auth, quirks };
      const chat = createOpenAiAdapter(openAiOptions);
      if (!hasResponses || DEPLOYMENT_PATH.test(options.baseUrl)) return chat;
      return createBridgedAdapter({ chat, responses: createResponsesAdapter(openAiOptions) });
    },
  });
  return { ...dialect, quirks };
}
