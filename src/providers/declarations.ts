// The providers that the server knows by name: where they are and which variables turn them on.
import type { Dialect } from "./dialects.ts";
import { AWS_REGION, GOOGLE_LOCATION, GOOGLE_PROJECT } from "./environment.ts";
import {
  AZURE,
  COMMON,
  DEEPSEEK,
  GROQ,
  LOCAL,
  MISTRAL,
  OPEN_WEIGHT,
  OPENAI,
  OPENROUTER,
  XAI,
} from "./openai/provider-quirks.ts";
import { COMPATIBLE, type Quirks } from "./openai/quirks.ts";

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
  /** Null where each customer has an address of their own; `{region}` stands for AWS's region. */
  baseUrl: string | null;
  /** The dialect works the address out by itself where none is set. */
  findsItsAddress?: boolean;
  /** Variables that must be set beside the key: of each group the first that is counts. */
  alsoNeeds?: readonly (readonly string[])[];
  /** In the order of preference; the first that is set counts. */
  baseUrlEnv: readonly BaseUrlVariable[];
  /** In the order of preference; the first that is set counts. */
  keyEnv: readonly string[];
  /** False for servers on one's own machine: on when configured, with or without a key. */
  needsKey: boolean;
  dialect: Dialect;
}

/** A provider that speaks OpenAI's chat completions, and what sets it apart. */
const compatible = (quirks: Quirks): Dialect => ({
  kind: "openai",
  auth: "bearer",
  quirks,
  hasResponses: false,
});

/** In the order in which the operator sees them. */
export const DECLARATIONS: readonly ProviderDeclaration[] = [
  {
    needsKey: true,
    id: "openai",
    name: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    baseUrlEnv: [{ name: "OPENAI_BASE_URL" }],
    keyEnv: ["OPENAI_API_KEY"],
    dialect: { kind: "openai", auth: "bearer", quirks: OPENAI, hasResponses: true },
  },
  {
    needsKey: true,
    id: "anthropic",
    name: "Anthropic",
    baseUrl: "https://api.anthropic.com",
    baseUrlEnv: [{ name: "ANTHROPIC_BASE_URL" }],
    keyEnv: ["ANTHROPIC_API_KEY"],
    dialect: { kind: "anthropic" },
  },
  {
    needsKey: true,
    id: "google",
    name: "Google Gemini",
    baseUrl: "https://generativelanguage.googleapis.com/v1beta",
    baseUrlEnv: [
      { name: "GOOGLE_BASE_URL", defaultPath: "/v1beta" },
      { name: "GEMINI_BASE_URL", defaultPath: "/v1beta" },
    ],
    keyEnv: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
    dialect: { kind: "gemini" },
  },
  {
    needsKey: true,
    id: "azure",
    name: "Azure OpenAI",
    baseUrl: null,
    baseUrlEnv: [
      { name: "AZURE_BASE_URL" },
      { name: "AZURE_OPENAI_ENDPOINT", defaultPath: "/openai/v1" },
    ],
    keyEnv: ["AZURE_OPENAI_API_KEY"],
    dialect: { kind: "openai", auth: "api-key", quirks: AZURE, hasResponses: true },
  },
  {
    needsKey: true,
    id: "bedrock",
    name: "Amazon Bedrock",
    baseUrl: null,
    findsItsAddress: true,
    baseUrlEnv: [{ name: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME" }],
    keyEnv: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"],
    alsoNeeds: [AWS_REGION],
    dialect: { kind: "bedrock" },
  },
  {
    // Bedrock's OpenAI-compatible endpoint, for models that the configuration names.
    needsKey: true,
    id: "bedrock-mantle",
    name: "Amazon Bedrock (OpenAI-compatible)",
    baseUrl: "https://bedrock-mantle.{region}.api.aws/openai/v1",
    baseUrlEnv: [{ name: "AWS_BEDROCK_BASE_URL" }],
    keyEnv: ["AWS_BEARER_TOKEN_BEDROCK"],
    alsoNeeds: [AWS_REGION],
    dialect: compatible(COMPATIBLE),
  },
  {
    needsKey: true,
    id: "vertex",
    name: "Google Vertex AI",
    baseUrl: null,
    findsItsAddress: true,
    baseUrlEnv: [{ name: "GOOGLE_VERTEX_BASE_URL" }],
    keyEnv: [
      "GOOGLE_APPLICATION_CREDENTIALS",
      "GOOGLE_VERTEX_ACCESS_TOKEN",
      "GOOGLE_VERTEX_METADATA",
    ],
    alsoNeeds: [GOOGLE_PROJECT, GOOGLE_LOCATION],
    dialect: { kind: "vertex" },
  },
  {
    needsKey: true,
    id: "mistral",
    name: "Mistral",
    baseUrl: "https://api.mistral.ai/v1",
    baseUrlEnv: [{ name: "MISTRAL_BASE_URL" }],
    keyEnv: ["MISTRAL_API_KEY"],
    dialect: compatible(MISTRAL),
  },
  {
    needsKey: true,
    id: "groq",
    name: "Groq",
    baseUrl: "https://api.groq.com/openai/v1",
    baseUrlEnv: [{ name: "GROQ_BASE_URL" }],
    keyEnv: ["GROQ_API_KEY"],
    dialect: compatible(GROQ),
  },
  {
    needsKey: true,
    id: "deepseek",
    name: "DeepSeek",
    baseUrl: "https://api.deepseek.com/v1",
    baseUrlEnv: [{ name: "DEEPSEEK_BASE_URL" }],
    keyEnv: ["DEEPSEEK_API_KEY"],
    dialect: compatible(DEEPSEEK),
  },
  {
    needsKey: true,
    id: "xai",
    name: "xAI",
    baseUrl: "https://api.x.ai/v1",
    baseUrlEnv: [{ name: "XAI_BASE_URL" }],
    keyEnv: ["XAI_API_KEY"],
    dialect: compatible(XAI),
  },
  {
    needsKey: true,
    id: "openrouter",
    name: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    baseUrlEnv: [{ name: "OPENROUTER_BASE_URL" }],
    keyEnv: ["OPENROUTER_API_KEY"],
    dialect: compatible(OPENROUTER),
  },
  {
    needsKey: true,
    id: "together",
    name: "Together AI",
    baseUrl: "https://api.together.xyz/v1",
    baseUrlEnv: [{ name: "TOGETHER_BASE_URL" }],
    keyEnv: ["TOGETHER_API_KEY"],
    dialect: compatible(OPEN_WEIGHT),
  },
  {
    needsKey: true,
    id: "fireworks",
    name: "Fireworks AI",
    baseUrl: "https://api.fireworks.ai/inference/v1",
    baseUrlEnv: [{ name: "FIREWORKS_BASE_URL" }],
    keyEnv: ["FIREWORKS_API_KEY"],
    dialect: compatible(OPEN_WEIGHT),
  },
  {
    needsKey: true,
    id: "cerebras",
    name: "Cerebras",
    baseUrl: "https://api.cerebras.ai/v1",
    baseUrlEnv: [{ name: "CEREBRAS_BASE_URL" }],
    keyEnv: ["CEREBRAS_API_KEY"],
    dialect: compatible(COMMON),
  },
  {
    needsKey: true,
    id: "moonshot",
    name: "Moonshot AI",
    baseUrl: "https://api.moonshot.ai/v1",
    baseUrlEnv: [{ name: "MOONSHOT_BASE_URL" }],
    keyEnv: ["MOONSHOT_API_KEY"],
    dialect: compatible(COMMON),
  },
  {
    needsKey: false,
    id: "ollama",
    name: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    baseUrlEnv: [{ name: "OLLAMA_BASE_URL", defaultPath: "/v1" }],
    keyEnv: ["OLLAMA_API_KEY"],
    dialect: compatible(LOCAL),
  },
  {
    needsKey: false,
    id: "vllm",
    name: "vLLM",
    baseUrl: "http://127.0.0.1:8000/v1",
    baseUrlEnv: [{ name: "VLLM_BASE_URL", defaultPath: "/v1" }],
    keyEnv: ["VLLM_API_KEY"],
    dialect: compatible(LOCAL),
  },
  {
    needsKey: false,
    id: "lmstudio",
    name: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    baseUrlEnv: [
      { name: "LMSTUDIO_BASE_URL", defaultPath: "/v1" },
      { name: "LM_STUDIO_BASE_URL", defaultPath: "/v1" },
    ],
    keyEnv: ["LMSTUDIO_API_KEY"],
    dialect: compatible(LOCAL),
  },
];
