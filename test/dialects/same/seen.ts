// What a body that reached an upstream asks for, in words that are the same for all dialects.
import type { Fields } from "../driver.ts";

export interface Seen {
  /** The functions offered, by name. */
  tools: string[];
  /** `auto`, `none`, `required` or `tool:NAME`. */
  choice: string;
  /** Whether the model is told to think, by effort or budget; null where nothing is said. */
  thinks: boolean | null;
  /** The tokens that it may think, where the dialect has a number for it. */
  budget: number | null;
}

type Reader = (body: Fields) => Seen;

const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((node, step) => (node as Fields | undefined)?.[step], value);

const list = (value: unknown): Fields[] => (Array.isArray(value) ? value : []);

const names = (items: Fields[], ...path: string[]) =>
  items.map((item) => String(at(item, ...path)));

/** How an effort reads where the dialect has OpenAI's own words. */
const byEffort = (effort: unknown) => ({
  thinks: effort === undefined ? null : effort !== "none",
  budget: null,
});

/** OpenAI's choice, as chat completions and the Responses API write it. */
function openAiChoice(choice: unknown): string {
  if (choice === undefined) return "auto";
  if (typeof choice === "string") return choice;
  const name = at(choice, "function", "name") ?? at(choice, "name");
  return name === undefined ? String(at(choice, "type")) : `tool:${name}`;
}

const openai: Reader = (body) => ({
  tools: names(list(body.tools), "function", "name"),
  choice: openAiChoice(body.tool_choice),
  ...byEffort(body.reasoning_effort),
});

const responses: Reader = (body) => ({
  tools: names(list(body.tools), "name"),
  choice: openAiChoice(body.tool_choice),
  ...byEffort(at(body, "reasoning", "effort")),
});

/** Claude's own fields, which Bedrock takes under another name. */
function claudeThinking(fields: unknown) {
  const type = at(fields, "thinking", "type");
  const budget = at(fields, "thinking", "budget_tokens");
  return {
    thinks: type === undefined ? null : type === "enabled" || type === "adaptive",
    budget: typeof budget === "number" ? budget : null,
  };
}

function claudeChoice(choice: unknown): string {
  const type = at(choice, "type") ?? "auto";
  if (type === "tool") return `tool:${at(choice, "name")}`;
  return type === "any" ? "required" : String(type);
}

const claude: Reader = (body) => ({
  tools: names(list(body.tools), "name"),
  choice: claudeChoice(body.tool_choice),
  ...claudeThinking(body),
});

const gemini: Reader = (body) => {
  const calling = at(body, "toolConfig", "functionCallingConfig") as Fields | undefined;
  const allowed = (calling?.allowedFunctionNames ?? []) as string[];
  const mode = { NONE: "none", ANY: "required", AUTO: "auto" }[String(calling?.mode ?? "AUTO")];
  const thinking = at(body, "generationConfig", "thinkingConfig") as Fields | undefined;
  const budget = thinking?.thinkingBudget;
  return {
    tools: list(body.tools).flatMap(({ functionDeclarations }) =>
      names(list(functionDeclarations), "name"),
    ),
    choice: mode === "required" && allowed.length === 1 ? `tool:${allowed[0]}` : String(mode),
    thinks: thinking === undefined ? null : budget !== 0,
    budget: typeof budget === "number" ? budget : null,
  };
};

const bedrock: Reader = (body) => {
  const choice = at(body, "toolConfig", "toolChoice") as Fields | undefined;
  const own = at(body, "additionalModelRequestFields", "tool_choice");
  const named = at(choice, "tool", "name");
  const kind = choice === undefined || "auto" in choice ? "auto" : "required";
  const said = named === undefined ? kind : `tool:${named}`;
  return {
    tools: names(list(at(body, "toolConfig", "tools")), "toolSpec", "name"),
    choice: own === undefined ? said : claudeChoice(own),
    ...claudeThinking(body.additionalModelRequestFields),
  };
};

/** By the driver's name. */
export const READERS: Readonly<Record<string, Reader>> = {
  openai,
  "openai-responses": responses,
  anthropic: claude,
  "vertex-claude": claude,
  gemini,
  "vertex-gemini": gemini,
  bedrock,
};
