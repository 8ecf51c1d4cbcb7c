// Whether one account that has all the load costs more than a thousand that share it, who stand for the bare proxy.
import { compare } from "../compare.ts";
import { wrk } from "../load.ts";
import { cpuRow } from "../row.ts";
import type { Figure } from "./figure.ts";
import { completions } from "./targets.ts";

export const hotAccount: Figure = {
  name: "hot-account",
  async measure(world, effort) {
    const [, hot] = completions(world, 1_000);
    const many = { ...hot, keys: world.product.keys };
    const samples = await compare([many, hot] as const, wrk(64), effort);
    return [cpuRow("one hot account; as bare: 1,000 accounts", "CPU us each", samples, 1.1)];
  },
};
