// The demo model behind the adapter protocol: plans an answer, then tells it at the configured pace.
import { setTimeout as wait } from "node:timers/promises";
import type { Config } from "../../config/schema.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { chunksAsWhole, type Delta, deltaChoice, Envelope } from "../shared/envelope.ts";
import { refuseForms } from "../shared/form-fields.ts";
import { ignoredWords, lostFields, loweredLimit } from "../shared/ignored.ts";
import { unmetWishes } from "../shared/provider-wishes.ts";
import { tokenUsage } from "../shared/token-counts.ts";
import { type PlannedChoice, planAnswer } from "./plan.ts";
import { countPromptTokens } from "./usage.ts";

/** What would have to be answered in a form that the demo does not have. */
const REFUSED_FIELDS = [
  "audio",
  "functions",
  "logprobs",
  "modalities",
  "top_logprobs",
  "web_search_options",
] as const;

/** What the demo acts on, and what it refuses; all else does nothing here. */
const SERVED: ReadonlySet<string> = new Set([
  ...REFUSED_FIELDS,
  "function_call",
  "n",
  "parallel_tool_calls",
  "response_format",
  "service_tier",
  "stop",
  "tool_choice",
  "tools",
]);

/** The pace of streamed answers, in milliseconds. */
export type DemoPace = Pick<Config["demo"], "wordDelayMs" | "firstWordDelayMs">;

/** An adapter that answers by itself. Deterministic but for ids and times. */
export function createDemoAdapter(pace: DemoPace): ProviderAdapter {
  return {
    complete: (call, signal) => complete(call, pace, signal),
    stream: (call, signal) => stream(call, pace, signal),
    probe: async () => ({ ok: true, detail: "built in: answers without a key or a network" }),
  };
}

/** Waits for the first word only: the pause between words belongs to streaming. */
async function complete(
  call: UpstreamCall,
  pace: DemoPace,
  signal: AbortSignal,
): Promise<UpstreamCompletion> {
  const events = await Array.fromAsync(stream(call, { ...pace, wordDelayMs: 0 }, signal));
  const chunks = events.flat();
  return { ...chunksAsWhole(chunks), ignored: chunks[0]?.ignored ?? [] };
}

async function* stream(
  call: UpstreamCall,
  pace: DemoPace,
  signal: AbortSignal,
): AsyncGenerator<UpstreamChunk[]> {
  const ignored = lostHere(call);
  await pause(pace.firstWordDelayMs, signal);
  const choices = planAnswer(call);
  const envelope = new Envelope(call.upstreamModel);
  for (const [index, { deltas, finishReason }] of choices.entries()) {
    const say = (delta: Delta) => envelope.chunk([deltaChoice(index, delta)]);
    const content = deltas[0]?.tool_calls === undefined ? "" : null;
    const first = say({ role: "assistant", content });
    yield [index === 0 ? { ...first, ignored } : first];
    for (const [position, delta] of deltas.entries()) {
      if (position > 0) await pause(pace.wordDelayMs, signal);
      signal.throwIfAborted();
      yield [say(delta)];
    }
    const usage = index === choices.length - 1 ? await usageOf(call, choices) : null;
    yield [envelope.chunk([deltaChoice(index, {}, finishReason)], usage)];
  }
}

/** @throws ApiError 400 for another form of answer, and for a wish about privacy that nobody has promised */
function lostHere(call: UpstreamCall): string[] {
  const { request } = call;
  refuseForms(request, REFUSED_FIELDS);
  return [
    ...lostFields(request, (field) => SERVED.has(field)),
    ...ignoredWords(request.messages, "messages.name"),
    ...unmetWishes(request),
    ...loweredLimit(call),
  ];
}

async function usageOf(call: UpstreamCall, choices: readonly PlannedChoice[]) {
  const completionTokens = choices.reduce((total, choice) => total + choice.tokens, 0);
  return tokenUsage({ promptTokens: await countPromptTokens(call.request), completionTokens });
}

/** Waits, or rejects with the signal's reason the moment it aborts; leaves no timer behind. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (delayMs > 0) {
    await wait(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
