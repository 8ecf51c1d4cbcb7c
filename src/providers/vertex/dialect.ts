// Vertex AI's dialect, its project and credentials from the environment, as Google's own tools read them.
import { readFileSync } from "node:fs";
import { defineDialect } from "../define.ts";
import { requireVariable } from "../environment.ts";
import { createVertexAdapter } from "./adapter.ts";
import { findGoogleCredentials } from "./credentials.ts";
import { createGoogleTokens } from "./tokens.ts";

export const GOOGLE_PROJECT = ["GOOGLE_VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT"] as const;
export const GOOGLE_LOCATION = ["GOOGLE_VERTEX_LOCATION", "GOOGLE_CLOUD_LOCATION"] as const;

export const VERTEX = defineDialect({
  name: "vertex",
  findsAddress: true,
  configurable: false,
  connect(options) {
    const { env, proxyUrl } = options;
    const credentials = findGoogleCredentials(env, (path) => readFileSync(path, "utf8"));
    if (credentials === null) throw new Error("there are no Google credentials");
    return createVertexAdapter({
      ...options,
      project: requireVariable(env, GOOGLE_PROJECT),
      location: requireVariable(env, GOOGLE_LOCATION),
      tokens: createGoogleTokens({ credentials, proxyUrl }),
    });
  },
});
