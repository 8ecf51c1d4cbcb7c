// The operator of the crash loop: commands that change the books while the server runs, or after it was killed.
import { join } from "node:path";
import { formatCredits } from "../../src/base/micro.ts";
import { type Child, startScript } from "../support/children.ts";
import { command, type House } from "./house.ts";
import type { OperatorPlan } from "./plan.ts";
import type { OperatorEntry, Promises } from "./promises.ts";

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
    case "refund":
      return refund(house, plan, promises);
    case "adjust":
      return adjust(house, plan, promises);
    case "backup":
      return backUp(house, plan.name, promises);
    case "create-key":
      return createKey(house, plan.name, promises);
    case "revoke-key":
      return revokeKey(house, promises);
  }
}

type Plan<K> = Extract<OperatorPlan, { kind: K }>;

function order(
  { entries }: Promises,
  note: string,
  entry: Omit<OperatorEntry, "isAcknowledged">,
): OperatorEntry {
  const ordered = { ...entry, isAcknowledged: false };
  entries.set(note, ordered);
  return ordered;
}

/** Starts a command of `credits` that makes this entry. */
function credits(house: House, entry: OperatorEntry, note: string, ...args: string[]): Running {
  return running(command(house, "credits", ...args, "--note", note), () => {
    entry.isAcknowledged = true;
  });
}

function grant(house: House, plan: Plan<"grant">, promises: Promises): Running {
  const { amountMicro, note, account } = plan;
  const entry = order(promises, note, { kind: "grant", amountMicro, requestId: null });
  const amount = formatCredits(amountMicro);
  return credits(house, entry, note, "grant", "--account", account, "--amount", amount);
}

function grantMany(house: House, plan: Plan<"grants">, promises: Promises): Running {
  const { account, times, note } = plan;
  for (let index = 0; index < times; index++) {
    order(promises, `${note}n${index}`, { kind: "grant", amountMicro: 1, requestId: null });
  }
  const child = startScript(
    join(import.meta.dir, "ledger-writer.ts"),
    house.dataDir,
    account,
    String(times),
    note,
  );
  return {
    child,
    async finish() {
      const code = await child.ended;
      // The last line may be cut.
      for (const line of child.stdout().split("\n").slice(0, -1)) {
        const entry = promises.entries.get(line);
        if (entry !== undefined) entry.isAcknowledged = true;
      }
      failUnlessKilled(child, code);
    },
  };
}

/** Of the request that was answered last and has no refund yet. */
function refund(house: House, plan: Plan<"refund">, promises: Promises): Running | null {
  const { told, refunded } = promises;
  const open = [...told].findLast(([id, micro]) => micro > 0 && !refunded.has(id));
  if (open === undefined) return null;
  const [requestId, chargedMicro] = open;
  refunded.add(requestId);
  const amountMicro = Math.ceil((chargedMicro * plan.percent) / 100);
  const entry = order(promises, plan.note, { kind: "refund", amountMicro, requestId });
  const part = plan.percent === 100 ? [] : ["--amount", formatCredits(amountMicro)];
  return credits(house, entry, plan.note, "refund", "--request", requestId, ...part);
}

/** The rich account always has enough to take from. */
function adjust(house: House, plan: Plan<"adjust">, promises: Promises): Running {
  const { amountMicro, note } = plan;
  const entry = order(promises, note, { kind: "adjustment", amountMicro, requestId: null });
  const amount = `--amount=${formatCredits(amountMicro)}`;
  return credits(house, entry, note, "adjust", "--account", "rich", amount);
}

function backUp(house: House, name: string, promises: Promises): Running {
  const { told, remembered, entries, backups } = promises;
  const backup = {
    file: join(house.folder, `${name}.backup`),
    told: new Map(told),
    kept: [...remembered.values()].flatMap(({ answer }) => answer?.requestId ?? []),
    notes: [...entries].flatMap(([note, { isAcknowledged }]) => (isAcknowledged ? [note] : [])),
    isAcknowledged: false,
  };
  backups.push(backup);
  return running(command(house, "backup", backup.file), () => {
    backup.isAcknowledged = true;
  });
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
