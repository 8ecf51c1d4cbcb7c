// An upstream that keeps its answers back until the test lets them go.

export interface GatedUpstream {
  /** The environment that points the server's `openai` provider here. */
  env: Record<string, string>;
  /** Calls that have arrived so far. */
  arrived(): number;
  /** Answers all that wait, and all that come from now on. */
  open(): void;
  stop(): Promise<void>;
}

export interface GatedAnswer {
  promptTokens: number;
  completionTokens: number;
}

/** Answers each call with the same completion, once the gate is open. */
export function startGatedUpstream(answer: GatedAnswer): GatedUpstream {
  let arrived = 0;
  const gate = Promise.withResolvers<void>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch() {
      arrived++;
      await gate.promise;
      return Response.json(completion(answer));
    },
  });
  return {
    env: { OPENAI_API_KEY: "test", OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1` },
    arrived: () => arrived,
    open: gate.resolve,
    stop: () => server.stop(true),
  };
}

function completion({ promptTokens, completionTokens }: GatedAnswer) {
  return {
    id: "chatcmpl-gated",
    object: "chat.completion",
    created: 1,
    model: "gpt-4o-mini-2024-07-18",
    choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}
