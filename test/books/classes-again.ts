// Classes of clients that ask again under the same idempotency key: asked once upstream, and charged once.
import type { BookClass, ClassOptions } from "./classes.ts";
import { bookClass, CACHED, DEAR, MARKED_UP } from "./tariffs.ts";

const again = (options: Omit<ClassOptions, "upstream" | "endings" | "sources">) =>
  bookClass({ upstream: "answer", endings: ["completed"], sources: ["reported"], ...options });

export const AGAIN_CLASSES: readonly BookClass[] = [
  again({ id: "oa-again-whole", weight: 15, mode: "whole", client: "ask-twice" }),
  again({
    id: "oa-again-stream",
    weight: 15,
    mode: "stream",
    client: "ask-twice",
    tariff: MARKED_UP,
  }),
  again({ id: "an-again", weight: 8, provider: "an", client: "ask-twice", tariff: CACHED }),
  again({ id: "oa-duplicates", weight: 15, client: "ask-at-once", tariff: DEAR }),
  again({ id: "an-duplicates", weight: 8, provider: "an", client: "ask-at-once", tariff: CACHED }),
  // Cut off in the middle, it gets the whole answer when it asks again, and pays once.
  bookClass({
    id: "oa-drain-again",
    weight: 10,
    provider: "oa-drain",
    mode: "stream",
    upstream: "held-mid",
    client: "leave-mid-and-ask",
    tariff: DEAR,
    endings: ["drained", "completed"],
    sources: ["reported"],
  }),
];
