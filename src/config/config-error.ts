// The one kind of error for a configuration that cannot be used.

/** Its message names the setting and what is expected there, in words for the operator. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}
