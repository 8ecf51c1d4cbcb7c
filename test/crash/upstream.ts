// A program: the provider of the crash loop, which does what each prompt orders and keeps count of it.

import { chunk, completion, DONE, usageChunk } from "../support/openai-wire.ts";
import { json, sse, startRawUpstream, type UpstreamAnswer } from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import type { UpstreamOrder } from "./plan.ts";

/** What was done for one call. */
export interface UpstreamCall {
  tag: string;
  /** Whether a usage was sent. */
  reported: boolean;
  promptTokens: number;
  completionTokens: number;
}

const CUT_PAUSE_MS = 10;

/** GET here gives the calls since the last time. */
export const TAKE_PATH = "/take";

interface ChatBody {
  stream?: boolean;
  messages: { content: string }[];
}

async function serve(): Promise<void> {
  let calls: UpstreamCall[] = [];
  const upstream = await startRawUpstream();
  upstream.answer((request) => {
    upstream.requests.length = 0;
    if (request.path === TAKE_PATH) {
      const taken = calls;
      calls = [];
      return json(taken);
    }
    const body = request.body as ChatBody;
    const order = JSON.parse(body.messages[0]?.content ?? "") as UpstreamOrder;
    const { tag, promptTokens, completionTokens } = order;
    const call = { tag, promptTokens, completionTokens, reported: false };
    calls.push(call);
    return answer(order, body.stream === true, () => {
      call.reported = true;
    });
  });
  process.stdout.write(`${JSON.stringify({ url: upstream.url })}\n`);
  // The end of stdin is the end of whoever started this.
  process.stdin.resume();
  process.stdin.once("end", () => process.exit(0));
}

function answer(order: UpstreamOrder, stream: boolean, onReported: () => void): UpstreamAnswer {
  if (order.fate === "error") {
    return { ...json({}, 500), pieces: later(order, ['{"error":{"message":"no"}}']) };
  }
  const whole = order.fate === "answer";
  const ending = order.fate === "answer" ? "end" : order.fate;
  if (stream) {
    return sse(later(order, streamPieces(order, whole), whole ? onReported : null), ending);
  }
  const text = JSON.stringify(completion(words(order).join(""), { usage: usageOf(order) }));
  const pieces = whole ? [text] : [text.slice(0, 20)];
  return { ...json({}), pieces: later(order, pieces, whole ? onReported : null), ending };
}

const usageOf = ({ promptTokens, completionTokens }: UpstreamOrder) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

const words = (order: UpstreamOrder) =>
  Array.from({ length: order.words }, (_, index) => `word${index} `);

function streamPieces(order: UpstreamOrder, whole: boolean): string[] {
  const spoken = words(order).map((content) => event(chunk({ role: "assistant", content })));
  if (!whole) return spoken;
  return [...spoken, event(chunk({}, "stop")), event(usageChunk(usageOf(order))) + DONE];
}

/** The pieces with the order's pauses; the call counts as reported before its last piece leaves. */
async function* later(
  { firstMs, gapMs }: UpstreamOrder,
  pieces: string[],
  onReported: (() => void) | null = null,
): AsyncGenerator<string> {
  if (firstMs > 0) await Bun.sleep(firstMs);
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && gapMs > 0) await Bun.sleep(gapMs);
    if (index === pieces.length - 1) onReported?.();
    yield piece;
  }
  // Without the pause the cut would overtake the words on their way.
  if (onReported === null) await Bun.sleep(CUT_PAUSE_MS);
}

if (import.meta.main) await serve();
