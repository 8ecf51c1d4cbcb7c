// What must hold while thousands of streams are open, and when they have ended.
import { type Check, check } from "./checks.ts";
import { SPARE_DESCRIPTORS, type StreamsResult } from "./streams-run.ts";

const KIB = 1_024;
const MIB = 1_048_576;

/** Two connections, a request, its answer's plumbing, and as much again for a collector that is late. */
const OPEN_STREAM_BYTES = 96 * KIB;
/**
 * Of a reader that stalls: the text that is kept for its estimate (2 MiB), one event, and what the
 * runtime keeps of a call and an answer that do not flow (1.3 MiB), and as much again.
 */
const STALLED_BYTES = 8 * MIB;
/**
 * What memory may differ by after all, whatever the number of streams: a heap that was large is not
 * given back to its last page.
 */
const RSS_GROWTH_BYTES = 64 * MIB;
/** More would mean that the provider is read though its reader stalls: it has 64 MiB to say. */
const SENT_BYTES = 32 * MIB;
/** Bun keeps so many connections to providers open for the next calls. */
const POOLED = 64;
/** A word has to come in this time on a very busy machine. */
const WORD_MS = 60_000;

export const perStream = (result: StreamsResult): number =>
  (result.open.rssBytes - result.idle.rssBytes) / result.options.streams;

/** With the garbage that the flood has left. */
export const perStalledMost = (result: StreamsResult): number =>
  (result.most.rssBytes - result.open.rssBytes) / result.options.stalled;

export const perStalled = (result: StreamsResult): number =>
  (result.stalled.rssBytes - result.open.rssBytes) / result.options.stalled;

export function streamsChecks(result: StreamsResult): Check[] {
  return [...memoryChecks(result), ...streamChecks(result), ...bookChecks(result)];
}

/** Says nothing yet after few streams: the collector's moods are larger. */
export function memoryChecks(result: StreamsResult): Check[] {
  const { idle, after } = result;
  return [
    check("an open stream's memory is bounded", perStream(result) <= OPEN_STREAM_BYTES, {
      bytes: perStream(result),
    }),
    check("a stalled reader's memory is bounded", perStalled(result) <= STALLED_BYTES, {
      bytes: perStalled(result),
    }),
    check("memory is given back", after.rssBytes - idle.rssBytes <= RSS_GROWTH_BYTES, {
      idle: idle.rssBytes,
      after: after.rssBytes,
    }),
  ];
}

function streamChecks({
  options,
  crowd,
  upstream,
  others,
  floodBytes,
  ...sights
}: StreamsResult): Check[] {
  const { idle, after, released } = sights;
  const waits = { first: crowd.slowestFirstMs, word: crowd.slowestWordMs };
  const openDescriptors = idle.descriptors + 2 * options.streams;
  return [
    check(
      "each stream came to its end",
      crowd.done === options.warmUp.streams + options.streams,
      crowd,
    ),
    check("no stream was broken", crowd.broken === 0, crowd),
    check("every word came", crowd.words === upstream.words, { crowd, upstream }),
    check("no stream starved", Math.max(waits.first, waits.word) <= WORD_MS, waits),
    check("a reader that stalls stops its provider", floodBytes / options.stalled <= SENT_BYTES, {
      floodBytes,
    }),
    check("others were answered meanwhile", others.failures.length === 0, others),
    check(
      "the stalled readers' descriptors are closed while others are open",
      released.descriptors <= openDescriptors + SPARE_DESCRIPTORS + POOLED,
      { released, openDescriptors },
    ),
    check("descriptors are closed", after.descriptors <= idle.descriptors + SPARE_DESCRIPTORS, {
      idle,
      after,
    }),
  ];
}

function bookChecks({ remains, expected }: StreamsResult): Check[] {
  const { endings, charges, verify } = remains;
  const total = Object.values(expected).reduce((a, b) => a + b, 0);
  return [
    check("each request has ended once, as it should", Bun.deepEquals(endings, expected), {
      expected,
      endings,
    }),
    check("each was charged once", charges.count === total && charges.requests === total, {
      total,
      charges,
    }),
    check("nothing is held", verify.open_holds === 0, verify),
    check("the books are right", verify.discrepancies.length === 0, verify),
    check("the server ends in good order", remains.exitCode === 0, remains.exitCode),
    check("nothing alarms the operator", remains.log === "", remains.log.slice(0, 2_000)),
  ];
}
