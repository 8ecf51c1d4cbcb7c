// Anthropic's dialect, for its own API and any server that speaks it.
import { defineDialect } from "../define.ts";
import { createAnthropicAdapter } from "./adapter.ts";

export const ANTHROPIC = defineDialect({ name: "anthropic", connect: createAnthropicAdapter });
