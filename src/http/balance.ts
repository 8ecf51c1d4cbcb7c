// The balance on answers that cost nothing.
import type { Gateway } from "../calls/gateway.ts";
import type { HttpDeps, KeyCall } from "./route.ts";
import { setCredits } from "./scope.ts";

/** Puts the caller's balance into the headers, and returns it. */
export async function showBalance(
  { gateway }: HttpDeps,
  { scope, caller }: Pick<KeyCall, "scope" | "caller">,
): ReturnType<Gateway["balance"]> {
  const balance = await gateway.balance(caller.accountId);
  setCredits(scope, 0, balance.balanceMicro);
  return balance;
}
