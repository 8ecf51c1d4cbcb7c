// By itself, so that commands that need no configuration do not load what it is checked with.
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Installation } from "./installation.ts";

/** The configuration that an installation names. @throws ConfigError when it is wrong. */
export const configOf = ({ configFile, env }: Installation): Config =>
  loadConfig({ file: configFile, env });
