// Every dialect's driver.
import { anthropic } from "./anthropic.ts";
import { bedrock } from "./bedrock.ts";
import { gemini } from "./gemini.ts";
import { openai } from "./openai.ts";
import { openaiResponses } from "./openai-responses.ts";
import { vertexClaude } from "./vertex-claude.ts";
import { vertexGemini } from "./vertex-gemini.ts";

export const DRIVERS = [
  openai,
  openaiResponses,
  anthropic,
  gemini,
  bedrock,
  vertexClaude,
  vertexGemini,
] as const;
