// What `aacflow demo` prints: an address, a key, and examples to paste.
import {
  curlExample,
  nodeExample,
  pythonExample,
} from "../../http/endpoints/docs/client-examples.ts";

export interface DemoFacts {
  baseUrl: string;
  docsUrl: string | null;
  key: string;
  account: string;
  /** Credits with 6 decimals. */
  balance: string;
  /** Ids that the demo model answers under. */
  models: readonly string[];
}

/** The JSON document of `aacflow demo --json`. */
export const demoJson = (facts: DemoFacts) => ({
  base_url: facts.baseUrl,
  docs_url: facts.docsUrl,
  key: facts.key,
  account: facts.account,
  balance: facts.balance,
  models: facts.models,
});

/** Examples stand at the line's beginning, because Python minds where a pasted line begins. */
export function demoLines(facts: DemoFacts): string[] {
  return [
    `AACFlow is ready: base URL ${facts.baseUrl}`,
    `API key  ${facts.key}  (${facts.balance} credits)`,
    `Models   ${facts.models.join(", ")}`,
    ...(facts.docsUrl === null ? [] : [`Docs     ${facts.docsUrl}`]),
    "The built-in demo model answers. Its data is thrown away when you press Ctrl-C.",
    "",
    "# curl",
    curlExample(facts, "gpt-4o-mini", false),
    "",
    "# curl, streaming",
    curlExample(facts, "claude-sonnet-4-6", true),
    "",
    "# Python: pip install openai",
    ...pythonExample(facts),
    "",
    "# Node: npm install openai",
    ...nodeExample(facts),
  ];
}
