// All dialects and providers that the server knows: each is one entry here.
import { ANTHROPIC } from "./anthropic/dialect.ts";
import { AWS_REGION, BEDROCK } from "./bedrock/dialect.ts";
import {
  type Dialect,
  defineProvider,
  type ProviderDefinition,
  type ProviderList,
} from "./define.ts";
import { DEMO } from "./demo/dialect.ts";
import { GEMINI } from "./gemini/dialect.ts";
import { openAi } from "./openai/dialect.ts";
import {
  AZURE,
  CEREBRAS,
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
import type { Quirks } from "./openai/quirks.ts";
import { GOOGLE_LOCATION, GOOGLE_PROJECT, VERTEX } from "./vertex/dialect.ts";

/** A provider whose variables are named after it, as most are: `GROQ_API_KEY`, `GROQ_BASE_URL`. */
function usual(id: string, name: string, baseUrl: string, dialect: Dialect): ProviderDefinition {
  const prefix = id.toUpperCase();
  const baseUrlEnv = [{ name: `${prefix}_BASE_URL` }];
  return defineProvider({ id, name, baseUrl, baseUrlEnv, keyEnv: [`${prefix}_API_KEY`], dialect });
}

/** The same of OpenAI's dialect, with a bearer key. */
const compatible = (id: string, name: string, baseUrl: string, quirks: Quirks) =>
  usual(id, name, baseUrl, openAi({ quirks }));

/** A server on one's own machine; its variables commonly hold the address without a path. */
function local(id: string, name: string, port: number, ...prefixes: string[]): ProviderDefinition {
  const names = [id.toUpperCase(), ...prefixes];
  return defineProvider({
    id,
    name,
    needsKey: false,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    baseUrlEnv: names.map((prefix) => ({ name: `${prefix}_BASE_URL`, defaultPath: "/v1" })),
    keyEnv: [`${id.toUpperCase()}_API_KEY`],
    dialect: openAi({ quirks: LOCAL }),
  });
}

export const PROVIDER_LIST: ProviderList = {
  dialects: [openAi(), ANTHROPIC, GEMINI, BEDROCK, VERTEX, DEMO],
  providers: [
    usual(
      "openai",
      "OpenAI",
      "https://api.openai.com/v1",
      openAi({ quirks: OPENAI, hasResponses: true }),
    ),
    usual("anthropic", "Anthropic", "https://api.anthropic.com", ANTHROPIC),
    defineProvider({
      id: "google",
      name: "Google Gemini",
      baseUrl: "https://generativelanguage.googleapis.com/v1beta",
      baseUrlEnv: [
        { name: "GOOGLE_BASE_URL", defaultPath: "/v1beta" },
        { name: "GEMINI_BASE_URL", defaultPath: "/v1beta" },
      ],
      keyEnv: ["GEMINI_API_KEY", "GOOGLE_API_KEY"],
      dialect: GEMINI,
    }),
    defineProvider({
      id: "azure",
      name: "Azure OpenAI",
      baseUrlEnv: [
        { name: "AZURE_BASE_URL" },
        { name: "AZURE_OPENAI_ENDPOINT", defaultPath: "/openai/v1" },
      ],
      keyEnv: ["AZURE_OPENAI_API_KEY"],
      dialect: openAi({ auth: "api-key", quirks: AZURE, hasResponses: true }),
    }),
    defineProvider({
      id: "bedrock",
      name: "Amazon Bedrock",
      baseUrlEnv: [{ name: "AWS_ENDPOINT_URL_BEDROCK_RUNTIME" }],
      keyEnv: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID"],
      alsoNeeds: [AWS_REGION],
      dialect: BEDROCK,
    }),
    defineProvider({
      // Bedrock's OpenAI-compatible endpoint, for models that the configuration names.
      id: "bedrock-mantle",
      name: "Amazon Bedrock (OpenAI-compatible)",
      baseUrl: "https://bedrock-mantle.{AWS_REGION}.api.aws/openai/v1",
      baseUrlEnv: [{ name: "AWS_BEDROCK_BASE_URL" }],
      keyEnv: ["AWS_BEARER_TOKEN_BEDROCK"],
      alsoNeeds: [AWS_REGION],
      dialect: openAi(),
    }),
    defineProvider({
      id: "vertex",
      name: "Google Vertex AI",
      baseUrlEnv: [{ name: "GOOGLE_VERTEX_BASE_URL" }],
      keyEnv: [
        "GOOGLE_APPLICATION_CREDENTIALS",
        "GOOGLE_VERTEX_ACCESS_TOKEN",
        "GOOGLE_VERTEX_METADATA",
      ],
      alsoNeeds: [GOOGLE_PROJECT, GOOGLE_LOCATION],
      dialect: VERTEX,
    }),
    compatible("mistral", "Mistral", "https://api.mistral.ai/v1", MISTRAL),
    compatible("groq", "Groq", "https://api.groq.com/openai/v1", GROQ),
    compatible("deepseek", "DeepSeek", "https://api.deepseek.com/v1", DEEPSEEK),
    compatible("xai", "xAI", "https://api.x.ai/v1", XAI),
    compatible("openrouter", "OpenRouter", "https://openrouter.ai/api/v1", OPENROUTER),
    compatible("together", "Together AI", "https://api.together.xyz/v1", OPEN_WEIGHT),
    compatible("fireworks", "Fireworks AI", "https://api.fireworks.ai/inference/v1", OPEN_WEIGHT),
    compatible("cerebras", "Cerebras", "https://api.cerebras.ai/v1", CEREBRAS),
    compatible("moonshot", "Moonshot AI", "https://api.moonshot.ai/v1", COMMON),
    local("ollama", "Ollama", 11_434),
    local("vllm", "vLLM", 8_000),
    local("lmstudio", "LM Studio", 1_234, "LM_STUDIO"),
    defineProvider({
      id: "demo",
      name: "Demo",
      needsKey: false,
      isOn: ({ demo }) => demo.enabled,
      dialect: DEMO,
    }),
  ],
};
