// The parts of Gemini's generateContent format that the gateway writes, as types.

/** Bytes within the request, in base64. */
export interface InlineData {
  mimeType: string;
  data: string;
}

/** One piece of a turn; exactly one of the payload fields is set. */
export interface GeminiPart {
  text?: string;
  inlineData?: InlineData;
  fileData?: { fileUri: string; mimeType?: string };
  functionCall?: { id?: string; name: string; args: Record<string, unknown> };
  functionResponse?: {
    id?: string;
    name: string;
    response: Record<string, unknown>;
    /** From Gemini 3 on. */
    parts?: { inlineData: InlineData }[];
  };
  /** Opaque, base64; goes back on the part that it came with. */
  thoughtSignature?: string;
}

export interface GeminiContent {
  role: "user" | "model";
  parts: GeminiPart[];
}

export interface FunctionDeclaration {
  name: string;
  description?: string;
  parametersJsonSchema?: Record<string, unknown>;
}

export interface FunctionCallingConfig {
  mode: "AUTO" | "ANY" | "NONE" | "VALIDATED";
  /** Only with the mode ANY. */
  allowedFunctionNames?: string[];
}

/** Either a budget in tokens or a level, by the model's generation; never both. */
export interface ThinkingConfig {
  thinkingBudget?: number;
  thinkingLevel?: string;
  includeThoughts?: boolean;
}

export interface GenerationConfig {
  maxOutputTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stopSequences?: string[];
  seed?: number;
  candidateCount?: number;
  presencePenalty?: number;
  frequencyPenalty?: number;
  responseLogprobs?: boolean;
  logprobs?: number;
  responseMimeType?: string;
  responseJsonSchema?: Record<string, unknown>;
  thinkingConfig?: ThinkingConfig;
}

/** The body of `:generateContent` and `:streamGenerateContent`. */
export interface GenerateContentBody {
  contents: GeminiContent[];
  systemInstruction?: { parts: GeminiPart[] };
  tools?: { functionDeclarations: FunctionDeclaration[] }[];
  toolConfig?: { functionCallingConfig: FunctionCallingConfig };
  generationConfig?: GenerationConfig;
  serviceTier?: string;
}
