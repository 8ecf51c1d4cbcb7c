// The providers that the server knows by name: where they are and which variables turn them on.
import type { AuthStyle } from "./openai/endpoint.ts";
import {
  ANTHROPIC,
  AZURE,
  COMMON,
  DEEPSEEK,
  GOOGLE,
  GROQ,
  LOCAL,
  MISTRAL,
  OPEN_WEIGHT,
  OPENAI,
  OPENROUTER,
  XAI,
} from "./openai/provider-quirks.ts";
import type { Quirks } from "./openai/quirks.ts";

/** An environment variable that holds a base URL. */
export interface BaseUrlVariable {
  name: string;
  /** Added when the variable's URL has no path: these variables commonly hold the bare address. */
  defaultPath?: string;
}

export interface ProviderDeclaration {
  id: string;
  /** As the provider writes itself. */
  name: string;
  /** Null where each customer has an address of their own. */
  baseUrl: string | null;
  /** In the order of preference; the first that is set counts. */
  baseUrlEnv: readonly BaseUrlVariable[];
  /** In the order of preference; the first that is set counts. */
  keyEnv: readonly string[];
  /** False for servers on one's own machine: on when configured, with or without a key. */
  needsKey: boolean;
  auth: AuthStyle;
  headers: Readonly<Record<string, string>>;
  quirks: Quirks;
}

const hosted = { needsKey: true, auth: "bearer", headers: {} } as const;
const local = { needsKey: false, auth: "bearer", headers: {} } as const;

/** In the order in which the operator sees them. */
export const DECLARATIONS: readonly ProviderDeclaration[] = [
  {
    ...hosted,
    id: "openai",
    name: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    baseUrlEnv: [{ name: "OPENAI_BASE_URL" }],
    keyEnv: ["OPENAI_API_KEY"],
    quirks: OPENAI,
  },
  {
    // Until its native dialect exists: Anthropic's own OpenAI-compatible endpoint.
    ...hosted,
    id: "anthropic",
    name: "Anthropic",
    baseUrl: "https://api.anthropic.com/v1",
    baseUrlEnv: [{ name: "ANTHROPIC_BASE_URL", defaultPath: "/v1" }],
    keyEnv: ["ANTHROPIC_API_KEY"],
    headers: { "anthropic-version": "2023-06-01" },
    quirks: ANTHROPIC,
  },
  {
    // Until its native dialect exists: Gemini's own OpenAI-compatible endpoint.
    ...hosted,
    id: "google",
    name: "Google Gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta/openai",
    baseUrlEnv: [
      { name: "GOOGLE_BASE_URL", defaultPath: "/v1beta/openai" },
      { name: "GEMINI_BASE_URL", defaultPath: "/v1beta/openai" },
    ],
    keyEnv: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    quirks: GOOGLE,
  },
  {
    ...hosted,
    id: "azure",
    name: "Azure OpenAI",
    auth: "api-key",
    baseUrl: null,
    baseUrlEnv: [
      { name: "AZURE_BASE_URL" },
      { name: "AZURE_OPENAI_ENDPOINT", defaultPath: "/openai/v1" },
    ],
    keyEnv: ["AZURE_OPENAI_API_KEY"],
    quirks: AZURE,
  },
  {
    ...hosted,
    id: "mistral",
    name: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    baseUrlEnv: [{ name: "MISTRAL_BASE_URL" }],
    keyEnv: ["MISTRAL_API_KEY"],
    quirks: MISTRAL,
  },
  {
    ...hosted,
    id: "groq",
    name: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    baseUrlEnv: [{ name: "GROQ_BASE_URL" }],
    keyEnv: ["GROQ_API_KEY"],
    quirks: GROQ,
  },
  {
    ...hosted,
    id: "deepseek",
    name: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    baseUrlEnv: [{ name: "DEEPSEEK_BASE_URL" }],
    keyEnv: ["DEEPSEEK_API_KEY"],
    quirks: DEEPSEEK,
  },
  {
    ...hosted,
    id: "xai",
    name: "xAI",
    baseUrl: "https://api.x.ai/v1",
    baseUrlEnv: [{ name: "XAI_BASE_URL" }],
    keyEnv: ["XAI_API_KEY"],
    quirks: XAI,
  },
  {
    ...hosted,
    id: "openrouter",
    name: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    baseUrlEnv: [{ name: "OPENROUTER_BASE_URL" }],
    keyEnv: ["OPENROUTER_API_KEY"],
    quirks: OPENROUTER,
  },
  {
    ...hosted,
    id: "together",
    name: "Together AI",
    baseUrl: "https://api.together.xyz/v1",
    baseUrlEnv: [{ name: "TOGETHER_BASE_URL" }],
    keyEnv: ["TOGETHER_API_KEY"],
    quirks: OPEN_WEIGHT,
  },
  {
    ...hosted,
    id: "fireworks",
    name: "Fireworks AI",
    baseUrl: "https://api.fireworks.ai/inference/v1",
    baseUrlEnv: [{ name: "FIREWORKS_BASE_URL" }],
    keyEnv: ["FIREWORKS_API_KEY"],
    quirks: OPEN_WEIGHT,
  },
  {
    ...hosted,
    id: "cerebras",
    name: "Cerebras",
    baseUrl: "https://api.cerebras.ai/v1",
    baseUrlEnv: [{ name: "CEREBRAS_BASE_URL" }],
    keyEnv: ["CEREBRAS_API_KEY"],
    quirks: COMMON,
  },
  {
    ...local,
    id: "ollama",
    name: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    baseUrlEnv: [{ name: "OLLAMA_BASE_URL", defaultPath: "/v1" }],
    keyEnv: ["OLLAMA_API_KEY"],
    quirks: LOCAL,
  },
  {
    ...local,
    id: "vllm",
    name: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    baseUrlEnv: [{ name: "VLLM_BASE_URL", defaultPath: "/v1" }],
    keyEnv: ["VLLM_API_KEY"],
    quirks: LOCAL,
  },
  {
    ...local,
    id: "lmstudio",
    name: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    baseUrlEnv: [
      { name: "LMSTUDIO_BASE_URL", defaultPath: "/v1" },
      { name: "LM_STUDIO_BASE_URL", defaultPath: "/v1" },
    ],
    keyEnv: ["LMSTUDIO_API_KEY"],
    quirks: LOCAL,
  },
];
