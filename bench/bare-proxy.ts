// The smallest proxy that Bun can be, as a yardstick: it looks at nothing and charges nothing.

const [upstream] = process.argv.slice(2);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url);
    const response = await fetch(upstream + pathname, {
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
