// Gemini's dialect, for the Developer API and any server that speaks it.
import { defineDialect } from "../define.ts";
import { createGeminiAdapter } from "./adapter.ts";

export const GEMINI = defineDialect({ name: "gemini", connect: createGeminiAdapter });
