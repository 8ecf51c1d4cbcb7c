// The smallest proxy that Bun can be, as a yardstick: it looks at nothing and charges nothing.
// usage: bare-proxy.ts ORIGIN_OF_COMPLETIONS ORIGIN_OF_STREAMS

const [completions, streams] = process.argv.slice(2);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 255,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const origin = pathname.startsWith("/chat/") ? completions : streams;
    const response = await fetch(origin + pathname, {
      method: request.method,
      headers: { "content-type": "application/json", authorization: "Bearer bench" },
      body: await request.arrayBuffer(),
    });
    const type = response.headers.get("content-type") ?? "";
    return new Response(response.body, {
      status: response.status,
      headers: { "content-type": type },
    });
  },
});

process.stdout.write(`${JSON.stringify({ port: server.port })}\n`);
