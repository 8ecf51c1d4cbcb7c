// The operator of the crash loop: commands that change the books while the server runs, or after it was killed.
import { formatCredits } from "../../src/base/micro.ts";
import { type Child, startScript } from "./children.ts";
import { command, type House } from "./house.ts";
import type { OperatorPlan } from "./plan.ts";
import type { Promises } from "./promises.ts";

/** A command that has been started. */
export interface Running {
  child: Child;
  /** Notes what the command had said by its end. @throws Error when it failed by itself. */
  finish(): Promise<void>;
}

/** Starts what is planned; null when there is nothing to do it on. */
export function operate(house: House, plan: OperatorPlan, promises: Promises): Running | null {
  switch (plan.kind) {
    case "grant":
      return grant(house, plan, promises);
    case "grants":
      return grantMany(house, plan, promises);
    case "create-key":
      return createKey(house, plan.name, promises);
    case "revoke-key":
      return revokeKey(house, promises);
  }
}

type Plan<K> = Extract<OperatorPlan, { kind: K }>;

function grant(house: House, plan: Plan<"grant">, { grants }: Promises): Running {
  const { amountMicro, note } = plan;
  const amount = formatCredits(amountMicro);
  const grantOf = { amountMicro, isAcknowledged: false };
  grants.set(note, grantOf);
  const args = ["--account", plan.account, "--amount", amount, "--note", note];
  return running(command(house, "credits", "grant", ...args), () => {
    grantOf.isAcknowledged = true;
  });
}

function grantMany(house: House, plan: Plan<"grants">, { grants }: Promises): Running {
  const { account, times, note } = plan;
  for (let index = 0; index < times; index++) {
    grants.set(`${note}n${index}`, { amountMicro: 1, isAcknowledged: false });
  }
  const child = startScript("ledger-writer.ts", house.dataDir, account, String(times), note);
  return {
    child,
    async finish() {
      const code = await child.ended;
      // The last line may be cut.
      for (const line of child.stdout().split("\n").slice(0, -1)) {
        const grantOf = grants.get(line);
        if (grantOf !== undefined) grantOf.isAcknowledged = true;
      }
      failUnlessKilled(child, code);
    },
  };
}

function createKey(house: House, name: string, { keys }: Promises): Running {
  const child = command(house, "keys", "create", "--account", "rich", "--name", name);
  return running(child, () => {
    const { id, key: secret } = JSON.parse(child.stdout()) as { id: string; key: string };
    keys.push({ id, secret });
  });
}

function revokeKey(house: House, { keys, revoked }: Promises): Running | null {
  const key = keys.shift();
  if (key === undefined) return null;
  return running(command(house, "keys", "revoke", key.id), () => {
    revoked.push(key);
  });
}

function running(child: Child, onDone: () => void): Running {
  return {
    child,
    async finish() {
      const code = await child.ended;
      if (code === 0) onDone();
      else failUnlessKilled(child, code);
    },
  };
}

function failUnlessKilled(child: Child, code: number | null): void {
  if (code !== 0 && code !== null) throw new Error(`a command failed: ${child.stderr()}`);
}
