// What a model can do and where its limits are, as every part of the house speaks of it.

/** Things a request may need that not every model has. */
export interface Capabilities {
  tools: boolean;
  /** `response_format: json_schema`. */
  structuredOutput: boolean;
  /** `response_format: json_object`. */
  jsonMode: boolean;
  /** Images in user messages. */
  vision: boolean;
  audioInput: boolean;
  audioOutput: boolean;
  /** `file` content parts (PDF). */
  files: boolean;
  /** Thinks before it answers; takes `reasoning_effort`. */
  reasoning: boolean;
}

/** What a model can do and where its limits are. Token counts are whole numbers. */
export interface ModelFacts {
  contextWindow: number;
  maxOutputTokens: number;
  /** The most input tokens that one image can cost, for the hold. */
  imageTokensMax: number;
  capabilities: Capabilities;
}
