// Which model an id means, whoever serves it: its maker and its name there, out of each host's way of writing it.

/** A model apart from its host. */
export interface ModelIdentity {
  /** Who trained it, or null when the name does not say. */
  maker: string | null;
  /** The maker's name in lower case with `-` for `.`, without host, geography, date and revision: `claude-sonnet-4-5`. */
  name: string;
  /** Where a Bedrock profile keeps its traffic (`us`, `eu`, `global`), or null. */
  geography: string | null;
  /** The day that the id carries, as `20250929`, or null. */
  snapshot: string | null;
}

/** Bedrock's inference profiles: `us.anthropic.claude-…`. A geography is followed by a vendor and another dot. */
const GEOGRAPHY = /^([a-z]{2,6}(?:-gov)?)\.(?=[a-z0-9]+\.[a-z])/;

/** Bedrock's vendors: a word and a dot before a letter, which `gpt-4.1` and `llama3.1` do not have. */
const VENDOR = /^([a-z][a-z0-9]*)\.(?=[a-z])/;

/** `-v1:0`, `-1:0` and `-v1:0:200k` at Bedrock; `:free` at OpenRouter; `@20250929` at Vertex. */
const REVISION = /(?:-v?\d+)?:[a-z0-9:]+$/;

const MAKERS: readonly (readonly [RegExp, string])[] = [
  [/^(?:openai-)?gpt-oss/, "gpt-oss"],
  [/^(?:gpt-|o\d|chat-latest|chatgpt)/, "openai"],
  [/^claude/, "anthropic"],
  [/^gemini/, "google"],
  [/^gemma/, "gemma"],
  [
    /^(?:mistral|ministral|codestral|devstral|magistral|pixtral|voxtral|mixtral|labs-|open-mi)/,
    "mistral",
  ],
  [/^grok/, "xai"],
  [/^deepseek/, "deepseek"],
  [/^(?:qwen|qwq|qvq)/, "qwen"],
  [/llama|^muse-/, "meta"],
  [/^nova-/, "amazon"],
  [/^kimi/, "moonshot"],
  [/^(?:zai-)?glm/, "zai"],
];

/**
 * Reads an id as any host writes it: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`,
 * `anthropic/claude-sonnet-4.5`, `claude-sonnet-4-5@20250929`,
 * `accounts/fireworks/models/glm-5p3`.
 */
export function modelIdentity(id: string): ModelIdentity {
  const local = (id.toLowerCase().split("/").at(-1) ?? "").replace(/^~/, "");
  const geography = GEOGRAPHY.exec(local)?.[1] ?? null;
  const offered = local.slice(geography === null ? 0 : geography.length + 1);
  const vendor = VENDOR.exec(offered)?.[1];
  const bare = offered.slice(vendor === undefined ? 0 : vendor.length + 1).replace(REVISION, "");
  // Bedrock's `deepseek.v3.2` is the only kind whose name needs its vendor.
  const spelled = vendor === "deepseek" && !bare.startsWith(vendor) ? `${vendor}-${bare}` : bare;
  const dashed = spelled
    .replace("@", "-")
    .replace(/(?<=\d)p(?=\d)/g, "-")
    .replace(/\./g, "-")
    .replace(/^(llama)(?=\d)/, "$1-")
    .replace(/^zai-(?=glm)/, "");
  const dated = /^(.+?)-(20\d{6}|20\d\d-\d\d-\d\d)(?:-v\d+)?$/.exec(dashed);
  const undated = dated?.[1] ?? dashed;
  const name = undated.startsWith("claude-") ? undated.replace(/-v\d+$/, "") : undated;
  return {
    maker: MAKERS.find(([pattern]) => pattern.test(name))?.[1] ?? null,
    name,
    geography,
    snapshot: dated?.[2]?.replaceAll("-", "") ?? null,
  };
}

/** A Claude's generation, as [4, 6]; null for other models. `claude-3-5-sonnet` and `claude-sonnet-4-6` count alike. */
export function claudeVersion(name: string): readonly [number, number] | null {
  const match = /^claude-(?:[a-z]+-)?v?(\d+)(?:-(\d{1,2}))?(?=-|$)/.exec(name);
  return match === null ? null : [Number(match[1]), Number(match[2] ?? 0)];
}
