// `aacflow credits`: the group of commands on accounts and their money.
import type { Command } from "commander";
import { addCreditsBalance } from "./credits-balance.ts";
import { addCreditsGrant } from "./credits-grant.ts";
import { addCreditsHistory } from "./credits-history.ts";

export function addCredits(program: Command): void {
  const credits = program.command("credits").description("grant credits and see where they went");
  addCreditsGrant(credits);
  addCreditsBalance(credits);
  addCreditsHistory(credits);
}
