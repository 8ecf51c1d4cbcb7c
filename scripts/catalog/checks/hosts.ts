// Checks of one model at its hosts: what its maker says of it, and what the hosts say of each other.
import type { FileModel } from "../../../src/catalog/data.ts";
import { modelIdentity } from "../../../src/catalog/identity.ts";
import {
  atMaker,
  base,
  type Check,
  type Contradiction,
  firstPrice,
  groups,
  isClosed,
  type Part,
  tiersOf,
  usd,
} from "./contradiction.ts";

type Compare = (host: FileModel, own: FileModel, closed: boolean) => string[];

/** A check of each model against the same model at its maker. */
function againstMaker(check: string, compare: Compare): Check {
  return (models) =>
    groups(models).flatMap(({ identity, members }) => {
      const own = atMaker(members, identity.maker);
      const hosts = own === undefined ? [] : members.filter((host) => host !== own);
      return hosts.flatMap((host) =>
        own === undefined
          ? []
          : compare(host, own, isClosed(identity)).map((says) => ({ ...at(check, host), says })),
      );
    });
}

function at(check: string, { provider, id }: FileModel): Omit<Contradiction, "says"> {
  return { check, provider, id };
}

/**
 * A closed model has one window, wherever it is served. Open weights are often served with less, but
 * nowhere with more than their maker's.
 */
export const window = againstMaker("window", (host, own, closed) => {
  const differs = closed
    ? host.contextWindow !== own.contextWindow
    : host.contextWindow > own.contextWindow * 1.05;
  return differs
    ? [`a window of ${host.contextWindow}, of ${own.contextWindow} at ${own.provider}/${own.id}`]
    : [];
});

/** The same for closed models whose maker is not in the catalogue, and for Bedrock's geographies. */
export const windowOfTwins: Check = (models) =>
  groups(models).flatMap(({ identity, members }) => {
    const bedrock = members.filter(({ provider }) => provider === "bedrock");
    const most = Math.max(...bedrock.map(({ contextWindow }) => contextWindow));
    return bedrock
      .filter(({ contextWindow }) => contextWindow !== most)
      .map((host) => ({
        ...at("window-of-twins", host),
        says: `a window of ${host.contextWindow}, of ${most} for ${identity.name} in another geography`,
      }));
  });

/** No host lets a closed model write more than its maker does. */
export const output = againstMaker("output", (host, own, closed) =>
  closed && host.maxOutputTokens > own.maxOutputTokens
    ? [`writes ${host.maxOutputTokens}, at ${own.provider} ${own.maxOutputTokens}`]
    : [],
);

/** Prompts that are long for the maker are long for who passes them on. */
export const tiers = againstMaker("tiers", (host, own, closed) => {
  const [theirs, makers] = [tiersOf(firstPrice(host).input), tiersOf(firstPrice(own).input)];
  return closed && theirs.length !== makers.length
    ? [`${theirs.length} prices for long prompts, at ${own.provider} ${makers.length}`]
    : [];
});

/** Parts that a host charges apart when the maker does: they cost many times the text. */
export const parts = againstMaker("parts", (host, own, closed) => {
  const [price, makers] = [firstPrice(host), firstPrice(own)];
  const names: Part[] = ["cacheReadAudio", "inputAudio", "outputAudio", "cacheWrite1h"];
  const missing = names.filter((name) => makers[name] !== undefined && price[name] === undefined);
  return closed && missing.length > 0 ? [`no price of its own for ${missing.join(", ")}`] : [];
});

/** What share of the input's price a cache read costs is the maker's rule, and hosts keep it. */
export const cacheShare = againstMaker("cache-share", (host, own, closed) => {
  const [theirs, makers] = [shareOf(host), shareOf(own)];
  const isOff = theirs !== null && makers !== null && Math.abs(theirs - makers) > makers * 0.05;
  return closed && isOff
    ? [`a cache read costs ${theirs} of the input, at ${own.provider} ${makers}`]
    : [];
});

function shareOf(model: FileModel): number | null {
  const { input, cacheRead } = firstPrice(model);
  const [whole, read] = [base(input), base(cacheRead)];
  return whole === undefined || whole === 0 || read === undefined
    ? null
    : Math.round((read / whole) * 1e4) / 1e4;
}

/** Nobody sells fresh input for what others take for a read from the cache. */
export const belowCacheRead: Check = (models) =>
  groups(models).flatMap(({ members }) =>
    members.filter(isPriced).flatMap((host) => {
      const input = base(firstPrice(host).input) ?? 0;
      const others = members.filter(({ provider }) => provider !== host.provider);
      const reads = others.flatMap((other) => base(firstPrice(other).cacheRead) ?? []);
      const least = Math.min(...reads);
      return reads.length > 0 && input <= least
        ? [
            {
              ...at("below-cache-read", host),
              says: `input ${usd(input)}, others' cache reads from ${usd(least)} on`,
            },
          ]
        : [];
    }),
  );

/** How many times dearer one host may be than another before one of the two must be wrong. */
const DEARER_AT_MOST = 10;

export const tenfold: Check = (models) =>
  groups(models).flatMap(({ members }) =>
    members.filter(isPriced).flatMap((host) =>
      (["input", "output"] as const).flatMap((part) => {
        const own = base(firstPrice(host)[part]) ?? 0;
        const all = members.filter(isPriced).map((other) => base(firstPrice(other)[part]) ?? 0);
        const most = Math.max(...all);
        return own * DEARER_AT_MOST < most
          ? [{ ...at("tenfold", host), says: `${part} ${usd(own)}, elsewhere ${usd(most)}` }]
          : [];
      }),
    ),
  );

function isPriced(model: FileModel): boolean {
  return (base(firstPrice(model).input) ?? 0) > 0;
}

/** The day's snapshot is the model: the two names cost the same. */
export const dated: Check = (models) =>
  groups(models).flatMap(({ members }) =>
    members.flatMap((snapshot) => {
      const { geography, snapshot: day } = modelIdentity(snapshot.id);
      const undated = members.find((other) => {
        const identity = modelIdentity(other.id);
        const samePlace = other.provider === snapshot.provider && identity.geography === geography;
        return samePlace && identity.snapshot === null && !/:free$/.test(other.id);
      });
      return day !== null && undated !== undefined && !samePrice(snapshot, undated)
        ? [{ ...at("dated", snapshot), says: `priced unlike ${undated.id}` }]
        : [];
    }),
  );

/**
 * Bedrock in one region and Bedrock within a geography cost the same; only `global` is cheaper.
 * The United States' regions are the ones whose prices the sources give for in-region ids.
 */
export const regions: Check = (models) =>
  groups(models).flatMap(({ members }) => {
    const bedrock = members.filter(({ provider }) => provider === "bedrock");
    const placed = (place: string | null) =>
      bedrock.find(({ id }) => modelIdentity(id).geography === place);
    const [inRegion, inUs] = [placed(null), placed("us")];
    return inRegion !== undefined && inUs !== undefined && !samePrice(inRegion, inUs)
      ? [{ ...at("regions", inRegion), says: `priced unlike ${inUs.id}` }]
      : [];
  });

/** Whether two lines charge alike at any time. Tiers from 271 999 and from 272 000 on are the same. */
export function samePrice(left: FileModel, right: FileModel): boolean {
  return comparable(left) === comparable(right);
}

function comparable({ prices }: FileModel): string {
  return JSON.stringify(prices, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return value;
    }
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  }).replaceAll("271999", "272000");
}
