// Sends requests on a connection of its own, which is used again as long as it lives.
import type { Socket } from "bun";
import { HttpAnswer } from "./http-answer.ts";
import { type Answer, type OutgoingRequest, SIP_PAUSE_MS, type Watch } from "./transport.ts";

interface Exchange {
  answer: HttpAnswer;
  watch: Watch;
  finish: () => void;
}

export class RawTransport {
  readonly #origin: URL;
  #socket: Socket<undefined> | null = null;
  #exchange: Exchange | null = null;

  constructor(origin: string) {
    this.#origin = new URL(origin);
  }

  send = async (request: OutgoingRequest, watch: Watch): Promise<Answer> => {
    const socket = this.#socket ?? (await this.#connect());
    const answer = new HttpAnswer();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exchange = { answer, watch, finish: resolve };
    const leave = () => this.#drop();
    watch.signal.addEventListener("abort", leave, { once: true });
    // One small write into an empty buffer: it is taken whole.
    socket.write(this.#wire(request));
    if (watch.halfCloses) socket.shutdown(true);
    if (watch.signal.aborted) leave();
    await promise;
    watch.signal.removeEventListener("abort", leave);
    this.#exchange = null;
    if (watch.halfCloses) this.#drop();
    return answer;
  };

  close(): void {
    this.#drop();
  }

  #wire({ path, headers, body }: OutgoingRequest): string {
    const fields = Object.entries({
      host: this.#origin.host,
      ...headers,
      "content-length": String(Buffer.byteLength(body)),
    });
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    return `POST ${path} HTTP/1.1\r\n${lines}\r\n${body}`;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
    this.#exchange?.finish();
  }

  async #connect(): Promise<Socket<undefined>> {
    const socket = await Bun.connect<undefined>({
      hostname: this.#origin.hostname,
      port: Number(this.#origin.port),
      data: undefined,
      socket: {
        data: (from, bytes) => this.#receive(from, bytes),
        close: (from) => this.#lost(from),
        end: (from) => this.#lost(from),
        error: (from) => this.#lost(from),
      },
    });
    this.#socket = socket;
    return socket;
  }

  #receive(from: Socket<undefined>, bytes: Buffer): void {
    if (from !== this.#socket || this.#exchange === null) return;
    const { answer, watch, finish } = this.#exchange;
    answer.push(bytes);
    watch.onText(answer.text);
    if (answer.isWhole) finish();
    else if (watch.slowly) {
      from.pause();
      setTimeout(() => from.resume(), SIP_PAUSE_MS);
    }
  }

  #lost(from: Socket<undefined>): void {
    if (from !== this.#socket) return;
    this.#socket = null;
    from.terminate();
    this.#exchange?.finish();
  }
}
