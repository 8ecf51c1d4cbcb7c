// The demo model behind the adapter protocol: plans an answer, then tells it at the configured
// pace.
import type { ChatCompletion, ChatCompletionChunk } from "../../base/chat.ts";
import { newCompletionId } from "../../base/ids.ts";
import type { Config } from "../../config/schema.ts";
import type {
  ProviderAdapter,
  UpstreamCall,
  UpstreamChunk,
  UpstreamCompletion,
} from "../protocol.ts";
import { ignoredFields } from "../shared/ignored.ts";
import { tokenUsage } from "../shared/token-counts.ts";
import { type Piece, type PlannedChoice, planAnswer } from "./plan.ts";
import { countPromptTokens } from "./usage.ts";

/** What would tune a real model's answer, or change its form, and does nothing here. */
const UNHEARD = [
  "temperature",
  "top_p",
  "top_k",
  "seed",
  "frequency_penalty",
  "presence_penalty",
  "logit_bias",
  "logprobs",
  "top_logprobs",
  "reasoning_effort",
  "verbosity",
  "prediction",
  "audio",
  "web_search_options",
  "provider",
];

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
  await pause(pace.firstWordDelayMs, signal);
  const choices = planAnswer(call);
  const usage = usageOf(call, choices);
  const completion: ChatCompletion = {
    id: newCompletionId(),
    object: "chat.completion",
    created: nowSeconds(),
    model: call.upstreamModel,
    choices: choices.map((choice, index) => ({
      index,
      message: toMessage(choice),
      finish_reason: choice.finishReason,
      logprobs: null,
    })),
    usage: {
      prompt_tokens: usage.promptTokens,
      completion_tokens: usage.completionTokens,
      total_tokens: usage.promptTokens + usage.completionTokens,
    },
  };
  return { completion, usage, ignored: ignoredFields(call.request, UNHEARD) };
}

async function* stream(
  call: UpstreamCall,
  pace: DemoPace,
  signal: AbortSignal,
): AsyncGenerator<UpstreamChunk> {
  await pause(pace.firstWordDelayMs, signal);
  const choices = planAnswer(call);
  const head = {
    id: newCompletionId(),
    object: "chat.completion.chunk" as const,
    created: nowSeconds(),
    model: call.upstreamModel,
  };
  const ignored = ignoredFields(call.request, UNHEARD);
  for (const [index, choice] of choices.entries()) {
    const say = (delta: Delta, finish: PlannedChoice["finishReason"] | null = null) => ({
      chunk: { ...head, choices: [{ index, delta, finish_reason: finish, logprobs: null }] },
      wire: null,
      usage: finish !== null && index === choices.length - 1 ? usageOf(call, choices) : null,
    });
    const first = say({ role: "assistant", content: hasCalls(choice) ? null : "" });
    yield index === 0 ? { ...first, ignored } : first;
    for (const [position, piece] of choice.pieces.entries()) {
      if (position > 0) {
        await pause(pace.wordDelayMs, signal);
      }
      signal.throwIfAborted();
      yield say(toDelta(piece));
    }
    yield say({}, choice.finishReason);
  }
}

type Delta = ChatCompletionChunk["choices"][number]["delta"];

function toDelta(piece: Piece): Delta {
  switch (piece.kind) {
    case "text":
      return { content: piece.text };
    case "call": {
      const { index, id, name } = piece;
      return { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] };
    }
    case "arguments":
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] };
  }
}

function toMessage({ pieces }: PlannedChoice): ChatCompletion["choices"][number]["message"] {
  let content = "";
  const calls: { id: string; type: "function"; function: { name: string; arguments: string } }[] =
    [];
  for (const piece of pieces) {
    if (piece.kind === "text") {
      content += piece.text;
    } else if (piece.kind === "call") {
      const { id, name } = piece;
      calls.push({ id, type: "function", function: { name, arguments: "" } });
    } else {
      const call = calls.at(piece.index);
      if (call !== undefined) {
        call.function.arguments += piece.text;
      }
    }
  }
  return calls.length === 0
    ? { role: "assistant", content, refusal: null }
    : { role: "assistant", content: null, refusal: null, tool_calls: calls };
}

function hasCalls({ pieces }: PlannedChoice): boolean {
  return pieces.some((piece) => piece.kind === "call");
}

function usageOf(call: UpstreamCall, choices: readonly PlannedChoice[]) {
  const completionTokens = choices.reduce((total, choice) => total + choice.tokens, 0);
  return tokenUsage({ promptTokens: countPromptTokens(call.request), completionTokens });
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Waits, or rejects with the signal's reason the moment it aborts; leaves no timer behind. */
function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (delayMs === 0) {
    return Promise.resolve();
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, delayMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
