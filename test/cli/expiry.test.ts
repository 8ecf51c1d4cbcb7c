// `--expires` and `--since`: spans, dates, and what is neither.
import { describe, expect, test } from "bun:test";
import { ExpiryError, parseExpiry, parseSince } from "../../src/cli/lib/expiry.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z");

const READ: [text: string, moment: string][] = [
  ["30d", "2026-12-22T10:00:00.000Z"],
  ["12h", "2026-11-22T22:00:00.000Z"],
  ["45m", "2026-11-22T10:45:00.000Z"],
  ["2026-12-31", "2026-12-31T00:00:00.000Z"],
  ["2028-02-29", "2028-02-29T00:00:00.000Z"],
  ["2026-12-31T23:30:00Z", "2026-12-31T23:30:00.000Z"],
  ["2026-12-31T23:30+02:00", "2026-12-31T21:30:00.000Z"],
];

describe("read", () => {
  for (const [text, moment] of READ) {
    test(text, () => expect(new Date(parseExpiry(text, NOW)).toISOString()).toBe(moment));
  }
});

const REFUSED = [
  "",
  "soon",
  "30",
  "d",
  "1.5d",
  "-1d",
  "1e3d",
  "0d",
  "30 d",
  "30D",
  "99999999d",
  "2026-11-22",
  "2020-01-01",
  "2026-02-31",
  "2027-13-01",
  "2026-12-31T23:30:00",
  "2026-12-31T25:00:00Z",
  "31.12.2026",
];

describe("refused", () => {
  for (const text of REFUSED) {
    test(JSON.stringify(text), () => expect(() => parseExpiry(text, NOW)).toThrow(ExpiryError));
  }
});

const PAST: [text: string, moment: string][] = [
  ["30d", "2026-10-23T10:00:00.000Z"],
  ["24h", "2026-11-21T10:00:00.000Z"],
  ["45m", "2026-11-22T09:15:00.000Z"],
  ["0m", "2026-11-22T10:00:00.000Z"],
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31T10:00:00Z", "2026-01-31T10:00:00.000Z"],
];

describe("since", () => {
  test.each(PAST)("%s is %s", (text, moment) => {
    expect(new Date(parseSince(text, NOW)).toISOString()).toBe(moment);
  });

  test.each(["", "soon", "7", "-7d", "2026-11-23", "2026-02-31", "36526d"])(
    "refuses %p",
    (text) => {
      expect(() => parseSince(text, NOW)).toThrow(ExpiryError);
    },
  );
});
