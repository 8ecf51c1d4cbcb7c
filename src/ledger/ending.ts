// The ways in which a request can end, by name: in the code, the request record, the log and the metrics.

/** Each request that took a hold ends in exactly one of these. docs/billing.md says what each one costs. */
export const ENDINGS = [
  /** The provider's answer was complete. */
  "completed",
  /** It could not be put into the provider's dialect: nothing went upstream. */
  "refused",
  /** The provider failed before its first event. */
  "upstream_failed",
  /** The provider failed or stopped in the middle of its answer. */
  "upstream_interrupted",
  /** The client left before the provider's first event. */
  "client_left_early",
  /** The client left in the middle of the answer. */
  "client_left",
  /** The client left, and the provider's answer was read to its end all the same. */
  "drained",
  /** The server had to end before the answer was complete. */
  "server_stopped",
  /** The server's process ended while the request was in progress. */
  "abandoned",
] as const;

export type Ending = (typeof ENDINGS)[number];

/** Where the token counts of a record come from. */
export type UsageSource = "reported" | "estimated" | "none";
