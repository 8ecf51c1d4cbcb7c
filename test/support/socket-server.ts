// A server on bare sockets, under every upstream of the tests that writes its own bytes.
import { createServer, type Socket } from "node:net";

export interface SocketServer extends AsyncDisposable {
  /** As `http://127.0.0.1:40123`. */
  url: string;
  port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Connections open now. */
  readonly open: number;
  /** Closes the port, and breaks what is open. */
  close(): Promise<void>;
}

/** Clients that come at the same moment: a test may send thousands. */
const BACKLOG = 1_024;

/** Listens on a free port of this machine, and hands over each connection; what fails on one is nobody's. */
export async function startSocketServer(onSocket: (socket: Socket) => void): Promise<SocketServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: "127.0.0.1", backlog: BACKLOG }, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
