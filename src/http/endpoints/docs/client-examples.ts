// A first request in curl, Python and Node, to be pasted as it is.

/** What a client needs. */
export interface ClientFacts {
  baseUrl: string;
  key: string;
}

export function curlExample({ baseUrl, key }: ClientFacts, model: string, stream: boolean): string {
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

export const pythonExample = ({ baseUrl, key }: ClientFacts): string[] => [
  "from openai import OpenAI",
  `client = OpenAI(api_key="${key}", base_url="${baseUrl}")`,
  'messages = [{"role": "user", "content": "Hello!"}]',
  'response = client.chat.completions.create(model="gpt-4o-mini", messages=messages)',
  "print(response.choices[0].message.content)",
];

export const nodeExample = ({ baseUrl, key }: ClientFacts): string[] => [
  'import OpenAI from "openai";',
  `const client = new OpenAI({ apiKey: "${key}", baseURL: "${baseUrl}" });`,
  'const messages = [{ role: "user", content: "Hello!" }];',
  'const response = await client.chat.completions.create({ model: "gpt-4o-mini", messages });',
  "console.log(response.choices[0].message.content);",
];
