// Reading option values: each reader returns the value, or a usage error that names the option.
import { InvalidArgumentError } from "commander";
import { parseCredits } from "../../base/micro.ts";
import { parseExpiry, parseSince } from "./expiry.ts";

/** Names of keys and accounts, and notes: short enough for a table. */
const NAME_LENGTH = 100;
const NOTE_LENGTH = 500;
const MAX_PAGE = 1000;

/** Credits as whole micro-dollars; zero is allowed. */
export const readCredits = (text: string): number => reading(() => parseCredits(text));

/** Credits as whole micro-dollars, more than zero. */
export function readPositiveCredits(text: string): number {
  const amountMicro = readCredits(text);
  if (amountMicro === 0) throw new InvalidArgumentError("the amount must be more than zero");
  return amountMicro;
}

/** Credits as whole micro-dollars with a sign, as `-1.50`; never zero. */
export function readSignedCredits(text: string): number {
  const magnitudeMicro = readCredits(text.replace(/^[+-]/, ""));
  if (magnitudeMicro === 0) throw new InvalidArgumentError("the amount must not be zero");
  return text.startsWith("-") ? -magnitudeMicro : magnitudeMicro;
}

/** Epoch milliseconds of a moment in the future. */
export const readExpiry = (text: string): number => reading(() => parseExpiry(text, Date.now()));

/** Epoch milliseconds of a moment in the past. */
export const readSince = (text: string): number => reading(() => parseSince(text, Date.now()));

/** The name of a key or an account. */
export const readName = (text: string): string => readText(text, NAME_LENGTH);

/** A note in the ledger. */
export const readNote = (text: string): string => readText(text, NOTE_LENGTH);

/** The id of a request, as its caller saw it in `X-Request-Id`. */
export const readRequestId = (text: string): string => readText(text, NAME_LENGTH);

/** A file's path, which may hold anything but nothing. */
export function readPath(text: string): string {
  if (text === "") throw new InvalidArgumentError("it must not be empty");
  return text;
}

/** A port; 0 lets the operating system choose. */
export const readPort = (text: string): number => readWhole(text, 0, 65_535);

/** Rows on one page. */
export const readPageSize = (text: string): number => readWhole(text, 1, MAX_PAGE);

/** The sequence number of a ledger entry. */
export const readSequence = (text: string): number => readWhole(text, 1, Number.MAX_SAFE_INTEGER);

function readText(text: string, maxLength: number): string {
  if (text.trim() === "") throw new InvalidArgumentError("it must not be empty");
  if (text !== text.trim()) {
    throw new InvalidArgumentError("it must not begin or end with a blank");
  }
  if (text.length > maxLength) {
    throw new InvalidArgumentError(`it must have at most ${maxLength} characters`);
  }
  // Control characters would let a name rewrite the terminal that lists it.
  if (/\p{Cc}/u.test(text)) throw new InvalidArgumentError("it must be one line of plain text");
  return text;
}

function readWhole(text: string, least: number, most: number): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`it must be a whole number from ${least} to ${most}`);
}

/** The library reports only its own error type as a fault of the command line. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
