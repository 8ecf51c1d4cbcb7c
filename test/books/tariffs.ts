// The prices of the classes: from cheaper than a micro-dollar to dear, with and without rates for the parts.
import type { BookClass, ClassOptions } from "./classes.ts";
import type { Tariff } from "./price.ts";

const tariff = (price: NonNullable<Tariff>["price"], markupPercent = "0"): Tariff => ({
  price,
  markupPercent,
});

/** Input and output only: the parts cost what they are parts of. */
const PLAIN = tariff({ inputPerMtok: "0.15", outputPerMtok: "0.6" });
export const MARKED_UP = tariff(
  { inputPerMtok: "2.5", outputPerMtok: "10", cacheReadPerMtok: "1.25" },
  "12.5",
);
export const REASONING = tariff(
  {
    inputPerMtok: "1.1",
    outputPerMtok: "4.4",
    cacheReadPerMtok: "0.275",
    outputReasoningPerMtok: "5.123457",
  },
  "0.01",
);
export const CACHED = tariff(
  {
    inputPerMtok: "3",
    outputPerMtok: "15",
    cacheReadPerMtok: "0.3",
    cacheWritePerMtok: "3.75",
    cacheWrite1hPerMtok: "6",
  },
  "33.33",
);
/** Nearly every request costs less than a micro-dollar, and is charged one. */
export const TINY = tariff({ inputPerMtok: "0.000001", outputPerMtok: "0.000003" }, "1000");
export const ODD = tariff({
  inputPerMtok: "0.333333",
  outputPerMtok: "0.777777",
  cacheReadPerMtok: "0.1",
});
export const DEAR = tariff({ inputPerMtok: "10", outputPerMtok: "30", cacheReadPerMtok: "1" });

/** Fills in what most classes have. */
export function bookClass(options: ClassOptions): BookClass {
  return {
    provider: "oa",
    mode: "both",
    usage: "plain",
    client: "read",
    payer: "rich",
    tariff: PLAIN,
    choices: 1,
    ...options,
  };
}
