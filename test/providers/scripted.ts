// An HTTP server that keeps each request, and answers as a test scripts it.

export interface Seen {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | undefined>;
  /** Null where there was none. */
  body: unknown;
}

/** A server that answers each request with the next of these, the last again and again. */
export function scripted(...answers: (() => Response)[]) {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const text = await request.text();
      seen.push({
        method: request.method,
        path: pathname + search,
        headers: Object.fromEntries(request.headers),
        body: text === "" ? null : JSON.parse(text),
      });
      const next = answers[Math.min(seen.length, answers.length) - 1];
      return next?.() ?? new Response(null, { status: 500 });
    },
  });
  return { seen, url: server.url.href, [Symbol.dispose]: () => void server.stop(true) };
}
