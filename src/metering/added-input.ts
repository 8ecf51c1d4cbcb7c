// Input that a provider adds by itself, so that it is in no byte of the request: what it finds, and what it keeps.
import type { ChatRequest } from "../base/chat.ts";
import type { Deployment } from "../catalog/types.ts";
import type { ProviderConfig } from "../config/schema.ts";

/** Models that search before they answer, by their names at their providers. */
const SEARCHING_MODELS =
  /(?:^|\/)sonar|-search(?:-|$)|deep-?research|(?:^|\/)compound|:online$|(?:^|\/)relace-search/i;
/** Fields of a request that make a provider search, or look into data of its own. */
const SEARCH_FIELDS = [
  ...["web_search_options", "search_parameters", "enable_search", "plugins", "data_sources"],
];
/** Fields that stand for earlier input, which the provider keeps. */
const REFERENCE_FIELDS = ["previous_response_id", "conversation", "prompt", "cached_content"];
/** Tools that run at the client add nothing; any other runs at the provider, and what it finds is input. */
const CLIENT_TOOLS: ReadonlySet<string> = new Set(["function", "custom"]);

/** What one search may add, for the hold: providers bill 8,000 tokens for one, or what it found. */
const SEARCH_TOKENS = 16_384;

type Served = Pick<Deployment, "upstreamModel" | "facts">;

/**
 * The most that the provider is expected to add, in tokens; 0 where it adds nothing, so that a report of more input than
 * the request can have is not true.
 */
export function addedInputTokens(
  request: ChatRequest,
  { upstreamModel, facts }: Served,
  { addsInput }: Pick<ProviderConfig, "addsInput">,
): number {
  if (givesAny(request, REFERENCE_FIELDS)) return facts.contextWindow;
  const isSearching =
    addsInput ||
    SEARCHING_MODELS.test(upstreamModel) ||
    givesAny(request, SEARCH_FIELDS) ||
    request.tools?.some(({ type }) => !CLIENT_TOOLS.has(type)) === true;
  return isSearching ? SEARCH_TOKENS : 0;
}

function givesAny(request: ChatRequest, fields: readonly string[]): boolean {
  for (const field of fields) if (isGiven(request[field])) return true;
  return false;
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false;
