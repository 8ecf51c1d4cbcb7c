// Classes of clients that do not wait for their answer, and of requests that are refused.
import type { BookClass, ClassOptions } from "./classes.ts";
import { bookClass, CACHED, DEAR, MARKED_UP } from "./tariffs.ts";

const ANY = {
  endings: ["completed", "refused", "client_left_early", "client_left"],
  sources: ["reported", "estimated", "none"],
} as const;

const leaving = (options: Omit<ClassOptions, "sources">) =>
  bookClass({ sources: ["estimated"], ...options });

/** Nothing of these is in the books. */
const refused = (options: Pick<ClassOptions, "id" | "client">) =>
  bookClass({ ...options, weight: 4, upstream: "answer", endings: [], sources: [] });

export const CLIENT_CLASSES: readonly BookClass[] = [
  leaving({
    id: "oa-leave-early",
    weight: 25,
    upstream: "silent-first",
    client: "leave-early",
    tariff: DEAR,
    endings: ["client_left_early"],
  }),
  leaving({
    id: "an-leave-early",
    weight: 15,
    provider: "an",
    upstream: "silent-first",
    client: "leave-early",
    tariff: CACHED,
    endings: ["client_left_early"],
  }),
  leaving({
    id: "oa-leave-mid",
    weight: 25,
    mode: "stream",
    upstream: "silent-mid",
    client: "leave-mid",
    tariff: DEAR,
    endings: ["client_left"],
  }),
  leaving({
    id: "an-leave-mid",
    weight: 15,
    provider: "an",
    mode: "stream",
    upstream: "silent-mid",
    client: "leave-mid",
    tariff: CACHED,
    endings: ["client_left"],
  }),
  bookClass({
    id: "oa-leave-at-finish",
    weight: 10,
    mode: "stream",
    upstream: "silent-after-usage",
    client: "leave-at-finish",
    tariff: MARKED_UP,
    endings: ["completed", "client_left"],
    sources: ["reported", "estimated"],
  }),
  bookClass({
    id: "oa-leave-anytime",
    weight: 25,
    upstream: "answer",
    usage: "fixed",
    client: "leave-anytime",
    tariff: MARKED_UP,
    ...ANY,
  }),
  bookClass({
    id: "oa-half-close",
    weight: 6,
    upstream: "answer",
    usage: "fixed",
    client: "half-close",
    tariff: MARKED_UP,
    ...ANY,
  }),
  refused({ id: "no-such-key", client: "wrong-key" }),
  refused({ id: "no-such-model", client: "wrong-model" }),
  refused({ id: "no-such-body", client: "wrong-body" }),
];
