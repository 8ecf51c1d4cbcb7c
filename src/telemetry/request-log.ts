// The log of one request: each line names the request, whose it is and where it goes, as far as that is known.
import type { Logger } from "./log.ts";

/** What the lines of a request name; a name that is not known is left out. */
export interface RequestNames {
  requestId: string;
  accountId?: string | undefined;
  keyId?: string | undefined;
  /** As the client wrote it. */
  model?: string | undefined;
  provider?: string | undefined;
}

/** What is told beside them in a line of level info. */
export type PlainFields = Record<string, string | number | boolean | null | undefined>;

export class RequestLog {
  readonly #log: Logger;
  readonly #names: RequestNames;

  constructor(log: Logger, names: RequestNames) {
    this.#log = log;
    this.#names = names;
  }

  /** Names the provider in all lines from here on. */
  setProvider(providerId: string): void {
    this.#names.provider = providerId;
  }

  /** Each request has a line of this level, so it is written the short way. */
  info(fields: PlainFields, message: string): void {
    const names = membersOf(this.#names);
    const more = membersOf(fields);
    this.#log.plainInfo(more === "" ? names : `${names},${more}`, message);
  }

  warn(fields: object, message: string): void {
    this.#log.warn({ ...this.#names, ...fields }, message);
  }

  /** An `err` among the fields is written with its stack and its causes. */
  error(fields: object, message: string): void {
    this.#log.error({ ...this.#names, ...fields }, message);
  }
}

/** The members of an object as JSON, without its braces. */
const membersOf = (fields: object): string => JSON.stringify(fields).slice(1, -1);
