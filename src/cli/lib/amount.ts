// Amounts that are summed up from the books, whatever is in them.
import { formatCredits } from "../../base/micro.ts";

/** Credits; books that are damaged may hold anything, and what is said of them must still come out. */
export const sumText = (amountMicro: number): string =>
  Number.isSafeInteger(amountMicro) ? formatCredits(amountMicro) : `${amountMicro} micro-dollars`;
