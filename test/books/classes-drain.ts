// Classes of clients that leave a provider whose answers are read to their end all the same.
import type { BookClass, ClassOptions } from "./classes.ts";
import { bookClass, CACHED, DEAR, MARKED_UP } from "./tariffs.ts";

/** The last words may be out before the client's leaving is noticed; charged is the same either way. */
const drained = (options: Omit<ClassOptions, "endings" | "sources">) =>
  bookClass({ endings: ["drained", "completed"], sources: ["reported"], ...options });

/** The upstream never ends, so the limit of draining does. */
const cut = (options: Omit<ClassOptions, "sources" | "weight">) =>
  bookClass({
    provider: "oa-drain-short",
    weight: 4,
    tariff: DEAR,
    sources: ["estimated"],
    ...options,
  });

export const DRAIN_CLASSES: readonly BookClass[] = [
  drained({
    id: "oa-drain-early",
    weight: 15,
    provider: "oa-drain",
    upstream: "held-first",
    client: "leave-early",
    tariff: MARKED_UP,
  }),
  drained({
    id: "oa-drain-mid",
    weight: 15,
    provider: "oa-drain",
    mode: "stream",
    upstream: "held-mid",
    client: "leave-mid",
    tariff: DEAR,
  }),
  drained({
    id: "an-drain-early",
    weight: 8,
    provider: "an-drain",
    upstream: "held-first",
    client: "leave-early",
    tariff: CACHED,
  }),
  drained({
    id: "an-drain-mid",
    weight: 8,
    provider: "an-drain",
    mode: "stream",
    upstream: "held-mid",
    client: "leave-mid",
    tariff: CACHED,
  }),
  cut({
    id: "oa-drain-never-first",
    upstream: "silent-first",
    client: "leave-early",
    endings: ["client_left_early"],
  }),
  cut({
    id: "oa-drain-never-mid",
    mode: "stream",
    upstream: "silent-mid",
    client: "leave-mid",
    endings: ["client_left"],
  }),
];
