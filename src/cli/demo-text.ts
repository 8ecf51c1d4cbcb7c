// What `aacflow demo` prints: an address, a key, and examples to paste.

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
    curl(facts, "gpt-4o-mini", false),
    "",
    "# curl, streaming",
    curl(facts, "claude-sonnet-4-6", true),
    "",
    "# Python: pip install openai",
    ...python(facts),
    "",
    "# Node: npm install openai",
    ...node(facts),
  ];
}

function curl({ baseUrl, key }: DemoFacts, model: string, stream: boolean): string {
  const body = JSON.stringify({
    model,
    messages: [{ role: "user", content: stream ? "Count to 5" : "Hello!" }],
    ...(stream ? { stream } : {}),
  });
  return [
    `curl ${stream ? "-N " : ""}${baseUrl}/chat/completions`,
    `-H "Authorization: Bearer ${key}" -H "Content-Type: application/json"`,
    `-d '${body}'`,
  ].join(" ");
}

const python = ({ baseUrl, key }: DemoFacts) => [
  "from openai import OpenAI",
  `client = OpenAI(api_key="${key}", base_url="${baseUrl}")`,
  'messages = [{"role": "user", "content": "Hello!"}]',
  'response = client.chat.completions.create(model="gpt-4o-mini", messages=messages)',
  "print(response.choices[0].message.content)",
];

const node = ({ baseUrl, key }: DemoFacts) => [
  'import OpenAI from "openai";',
  `const client = new OpenAI({ apiKey: "${key}", baseURL: "${baseUrl}" });`,
  'const messages = [{ role: "user", content: "Hello!" }];',
  'const response = await client.chat.completions.create({ model: "gpt-4o-mini", messages });',
  "console.log(response.choices[0].message.content);",
];
