// What an answer of the gateway says: its words, its end, and its figures.
import type { Answer } from "./transport.ts";

export interface UsageShown {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number; cache_write_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
  cost: number;
  estimated?: true;
}

export interface AnswerFacts {
  status: number;
  requestId: string | null;
  /** Whether the answer came to its proper end, with nothing gone wrong. */
  isComplete: boolean;
  /** The first choice's. */
  content: string;
  usage: UsageShown | null;
  /** Final figures as credits; null where none came. */
  used: string | null;
  remaining: string | null;
  reserved: string | null;
  errorCode: string | null;
}

interface Piece {
  error?: { code: string | null };
  usage?: UsageShown | null;
  choices?: { index: number; delta?: Said; message?: Said }[];
}

interface Said {
  content?: string | null;
}

export function readAnswer(answer: Answer): AnswerFacts {
  const { status, headers, isWhole, text } = answer;
  const isStream = headers.get("content-type")?.startsWith("text/event-stream") === true;
  const facts: AnswerFacts = {
    status,
    requestId: headers.get("x-request-id"),
    isComplete: false,
    content: "",
    usage: null,
    used: isStream ? null : headers.get("x-credits-used"),
    remaining: isStream ? null : headers.get("x-credits-remaining"),
    reserved: headers.get("x-credits-reserved"),
    errorCode: null,
  };
  if (isStream) readStream(facts, text, isWhole);
  else if (isWhole) readWhole(facts, text);
  return facts;
}

function readWhole(facts: AnswerFacts, text: string): void {
  takePiece(facts, JSON.parse(text) as Piece);
  facts.isComplete = facts.status === 200;
}

const CREDITS = /^: x-credits-used=(\S+) x-credits-remaining=(\S+)$/;

function readStream(facts: AnswerFacts, text: string, isWhole: boolean): void {
  // What comes after the last blank line has not come whole.
  for (const event of text.split("\n\n").slice(0, -1)) {
    const credits = CREDITS.exec(event);
    if (credits !== null) [, facts.used = null, facts.remaining = null] = credits;
    else if (event === "data: [DONE]") facts.isComplete = isWhole;
    else if (event.startsWith("data: ")) takePiece(facts, JSON.parse(event.slice(6)) as Piece);
  }
  if (facts.errorCode !== null) facts.isComplete = false;
}

function takePiece(facts: AnswerFacts, { error, usage, choices = [] }: Piece): void {
  if (error !== undefined) facts.errorCode = error.code ?? "none";
  if (usage !== undefined && usage !== null) facts.usage = usage;
  for (const { index, delta, message } of choices) {
    if (index === 0) facts.content += (delta ?? message)?.content ?? "";
  }
}
