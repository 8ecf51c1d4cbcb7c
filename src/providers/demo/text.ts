// What the demo model says: short, friendly, and the same for the same request.
import type { ChatRequest } from "../../base/chat.ts";
import { asArray, asObject } from "../shared/json.ts";

type Message = ChatRequest["messages"][number];

/** The most of the user's words that an answer repeats, in characters. */
const QUOTE_CHARACTERS = 160;
/** How far the model counts: enough for a long stream, too little for an endless one. */
const COUNT_MAX = 1_000;
const POINTS_MAX = 10;
/** How much of a text is read, in characters. */
const READ_CHARACTERS = 20_000;

/** The answer to a request; `choice` is the index of one of `count` alternatives (`n`). */
export function answerText(request: ChatRequest, choice: number, count: number): string {
  const answer = answerOnce(request);
  return choice === 0 ? answer : `${answer} (Alternative ${choice + 1} of ${count}.)`;
}

/**
 * The start of the last user message, its parts joined by spaces, to search for what it asks; empty
 * when there is none. The rest of a long document is not read.
 */
export function lastUserText(request: ChatRequest): string {
  const message = request.messages.findLast(({ role }) => role === "user");
  return message === undefined ? "" : textOf(message).slice(0, READ_CHARACTERS);
}

/** The tool results that end the conversation, in their order; empty when it ends otherwise. */
export function finalToolResults(request: ChatRequest): Message[] {
  const last = request.messages.findLastIndex(({ role }) => role !== "tool" && role !== "function");
  return request.messages.slice(last + 1);
}

function answerOnce(request: ChatRequest): string {
  const results = finalToolResults(request);
  if (results.length > 0) {
    const quotes = results.map((result) => `“${quote(textOf(result))}”`).join(" and ");
    return `The tool answered ${quotes}. The demo model has nothing to add to that.`;
  }
  const text = lastUserText(request).trim();
  const count = /\bcount (?:up )?to (\d{1,9})\b/i.exec(text)?.[1];
  if (count !== undefined) {
    return countTo(Math.min(Number(count), COUNT_MAX));
  }
  if (/\b(summari[sz]e|summary|tl;?dr)\b/i.test(text)) {
    return summary(text);
  }
  if (/^(hello|hi|hey|good (morning|afternoon|evening)|greetings)\b/i.test(text)) {
    return (
      `Hello! You said “${quote(text)}”, and I am glad to hear it. I am the demo model: ` +
      "I run inside the gateway and need no provider. How can I help you today?"
    );
  }
  return whatCame(request, text);
}

function countTo(last: number): string {
  return Array.from({ length: last }, (_, index) => String(index + 1)).join(", ") || "0";
}

function summary(text: string): string {
  const wanted = Number(/\b(\d{1,2})\b/.exec(text)?.[1] ?? 3);
  const points = Array.from(
    { length: Math.min(Math.max(wanted, 1), POINTS_MAX) },
    (_, index) => `${index + 1}. A point that a real model would find here.`,
  );
  return (
    `You asked: “${quote(text)}”. The demo model reads no further than that, ` +
    `so this is the shape of an answer:\n${points.join("\n")}`
  );
}

function whatCame(request: ChatRequest, text: string): string {
  const words = text.match(/\S+/g)?.length ?? 0;
  const received = [plural(words, "word"), ...mediaOf(request)].join(", ");
  const heard = text === "" ? "You sent no text" : `You wrote “${quote(text)}”`;
  return (
    `${heard} (${received}). This answer comes from the demo model, which runs inside the ` +
    "gateway: connect a provider to hear from a real one."
  );
}

function mediaOf(request: ChatRequest): string[] {
  const content = request.messages.findLast(({ role }) => role === "user")?.content;
  const types = Array.isArray(content) ? content.map((part) => part.type as string) : [];
  const names = { image_url: "image", input_audio: "sound", file: "file" };
  return Object.entries(names).flatMap(([type, name]) => {
    const count = types.filter((other) => other === type).length;
    return count === 0 ? [] : [plural(count, name)];
  });
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function textOf(message: Message): string {
  const { content } = message;
  if (typeof content === "string") {
    return content;
  }
  const texts = asArray(content).map((part) => asObject(part).text);
  return texts.filter((text) => typeof text === "string").join(" ");
}

function quote(text: string): string {
  const line = text.slice(0, READ_CHARACTERS).replace(/\s+/g, " ").trim();
  const characters = [...line.slice(0, 2 * QUOTE_CHARACTERS + 1)];
  return characters.length <= QUOTE_CHARACTERS
    ? line
    : `${characters.slice(0, QUOTE_CHARACTERS).join("")}…`;
}
