// Reading moments: `--expires` is a span from now or a date to come, `--since` a span until now or a past date.

/** A text that names no such moment; its message is meant for the person who typed it. */
export class ExpiryError extends Error {
  override readonly name = "ExpiryError";
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A century: far enough for any key, and near enough that dates stay four digits long. */
const MAX_SPAN_MS = 36_525 * 86_400_000;
const DATE = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * Reads `30d`, `12h`, `45m`, a date (midnight UTC, when it begins) or a date and time with its
 * zone. Returns epoch milliseconds.
 * @throws ExpiryError for anything else, and for what is not in the future.
 */
export function parseExpiry(text: string, nowMs: number): number {
  const spanMs = parseSpan(text);
  const expiresAtMs = spanMs === null ? readDate(text) : nowMs + spanMs;
  if (expiresAtMs <= nowMs) throw new ExpiryError("it must be in the future");
  if (expiresAtMs > nowMs + MAX_SPAN_MS) throw new ExpiryError("it is more than 100 years away");
  return expiresAtMs;
}

/**
 * Reads how long ago, as `30d`, `12h` or `45m`, a date (midnight UTC) or a date and time with its zone. Returns epoch
 * milliseconds.
 * @throws ExpiryError for anything else, and for what is in the future.
 */
export function parseSince(text: string, nowMs: number): number {
  const spanMs = parseSpan(text);
  if (spanMs !== null && spanMs > MAX_SPAN_MS) throw new ExpiryError("it is over 100 years ago");
  const sinceMs = spanMs === null ? readDate(text) : nowMs - spanMs;
  if (sinceMs > nowMs) throw new ExpiryError("it must be in the past");
  return sinceMs;
}

function readDate(text: string): number {
  const atMs = parseDate(text);
  if (atMs !== null) return atMs;
  throw new ExpiryError("write a span as 30d, 12h or 45m, or a date as 2030-01-31");
}

function parseSpan(text: string): number | null {
  const [, count, unit] = /^(\d{1,9})([mhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  return Number(count) * (UNIT_MS[unit] ?? 0);
}

function parseDate(text: string): number | null {
  const [, day] = DATE.exec(text) ?? [];
  if (day === undefined) return null;
  // Date.parse turns 31 February into 3 March: only a day that comes back unchanged is a day.
  const dayMs = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== day) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : atMs;
}
