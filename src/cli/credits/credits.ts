// `aacflow credits`: the group of commands on accounts and their money.
import type { Command } from "commander";
import { addCreditsAdjust } from "./adjust.ts";
import { addCreditsBalance } from "./balance.ts";
import { addCreditsGrant } from "./grant.ts";
import { addCreditsHistory } from "./history.ts";
import { addCreditsRefund } from "./refund.ts";

export function addCredits(program: Command): void {
  const credits = program
    .command("credits")
    .description("grant, refund and correct credits, and see where they went");
  addCreditsGrant(credits);
  addCreditsRefund(credits);
  addCreditsAdjust(credits);
  addCreditsBalance(credits);
  addCreditsHistory(credits);
}
