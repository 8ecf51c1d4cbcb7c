// The kinds of clients that leave, what the provider does meanwhile, and how each request ends.

import { chunk, completion, streamOf } from "../support/openai-wire.ts";
import {
  gated,
  json,
  type RawUpstream,
  sse,
  type UpstreamAnswer,
  type UpstreamRequest,
} from "../support/raw-upstream.ts";
import { event } from "../support/sse.ts";
import { waitUntil } from "../support/wait.ts";
import { chatBytes, chatHead, type RawClient } from "./raw-client.ts";

const WAIT_MS = 30_000;

/** What a client does its leaving with. */
export interface Scene {
  client: RawClient;
  key: string;
  /** Names the question; its kind is before the colon. */
  tag: string;
  /** The provider's side of it, once there is one. */
  call(): UpstreamRequest | undefined;
}

export interface Kind {
  name: string;
  /** How the request is recorded; null when it never gets that far. */
  ending: string | null;
  /** Brings the client to the point where it leaves. */
  play(scene: Scene): Promise<void>;
}

const WORDS = event(chunk({ role: "assistant", content: "one two three" }));
const FLOOD = event(chunk({ role: "assistant", content: "word ".repeat(2_000) }));
const FLOOD_EVENTS = 30;

async function* flood(request: UpstreamRequest): AsyncGenerator<string> {
  for (let sent = 0; sent < FLOOD_EVENTS; sent++) {
    yield FLOOD;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await request.closed;
}

/** What the provider answers to a question of each kind. */
const ANSWERS: Record<string, (request: UpstreamRequest) => UpstreamAnswer> = {
  "early, whole": (request) => jsonIn(gated("", request.closed)),
  "early, streamed": (request) => sse(gated("", request.closed)),
  "half a whole answer": (request) => jsonIn(gated('{"choices":[{', request.closed)),
  "mid-stream": (request) => sse(gated(WORDS, request.closed)),
  "reads nothing": (request) => sse(flood(request)),
  "stays, whole": () => json(completion()),
  "stays, streamed": () => sse(streamOf("one", "two")),
};

const jsonIn = (pieces: UpstreamAnswer["pieces"]): UpstreamAnswer => ({
  headers: { "content-type": "application/json" },
  pieces,
});

/** Answers each question by its kind. */
export function answerByKind(upstream: RawUpstream, onCall: (call: UpstreamRequest) => void): void {
  upstream.answer((request) => {
    onCall(request);
    const answer = ANSWERS[tagOf(request).split(":")[0] ?? ""];
    if (answer === undefined) throw new Error("a call that nobody planned");
    return answer(request);
  });
}

export function tagOf({ body }: UpstreamRequest): string {
  const { messages } = body as { messages: { content: string }[] };
  return messages[0]?.content ?? "";
}

const asking = (fields: object, until: (scene: Scene) => Promise<void>) => async (scene: Scene) => {
  scene.client.socket.write(chatBytes(scene.key, scene.tag, fields));
  await until(scene);
};

const called = ({ call, tag }: Scene) =>
  waitUntil(() => call() !== undefined, `the call of ${tag}`, WAIT_MS);

const partOf =
  (text: (key: string) => string) =>
  async ({ client, key }: Scene): Promise<void> => {
    client.socket.write(text(key));
    await new Promise((resolve) => setImmediate(resolve));
  };

const STREAM = { stream: true };

/** An ordinary client. */
export const STAYING: Kind = {
  name: "stays, whole",
  ending: "completed",
  play: asking({}, ({ client }) => client.until("Hello!", WAIT_MS)),
};

export const KINDS: Kind[] = [
  { name: "early, whole", ending: "client_left_early", play: asking({}, called) },
  { name: "early, streamed", ending: "client_left_early", play: asking(STREAM, called) },
  { name: "half a whole answer", ending: "client_left_early", play: asking({}, called) },
  {
    name: "mid-stream",
    ending: "client_left",
    play: asking(STREAM, ({ client }) => client.until("one two three", WAIT_MS)),
  },
  {
    name: "reads nothing",
    ending: "client_left",
    play: asking(STREAM, async ({ client }) => {
      await client.until("word", WAIT_MS);
      client.socket.pause();
    }),
  },
  {
    name: "in its head",
    ending: null,
    play: partOf(() => "POST /api/v1/ai/chat/completions HTTP/1.1\r\nhost: a\r\nauthor"),
  },
  {
    name: "in its body",
    ending: null,
    play: partOf((key) => `${chatHead(key, "content-length: 5000")}{"model":`),
  },
  {
    name: "in its chunks",
    ending: null,
    play: partOf((key) => `${chatHead(key, "transfer-encoding: chunked")}9\r\n{"model":\r\n`),
  },
  STAYING,
  {
    name: "stays, streamed",
    ending: "completed",
    play: asking(STREAM, ({ client }) => client.until("[DONE]", WAIT_MS)),
  },
];
