// Deliberate breaks of the money code that a mutation tool would not think of, each a rule that somebody else's
// gateway has shipped without. try-breaks.ts makes them one by one in a copy.

export interface Break {
  what: string;
  file: string;
  /** Must stand in the file exactly once. */
  from: string;
  to: string;
}

export const BREAKS: readonly Break[] = [
  {
    what: "A charge is not capped by the balance",
    file: "src/ledger/rules.ts",
    from: "Math.min(costMicro, account.balanceMicro - heldMicro)",
    to: "costMicro",
  },
  {
    what: "A charge may take what other requests hold",
    file: "src/ledger/rules.ts",
    from: "Math.min(costMicro, account.balanceMicro - heldMicro)",
    to: "Math.min(costMicro, account.balanceMicro)",
  },
  {
    what: "A hold is not given back",
    file: "src/ledger/rules.ts",
    from: "const heldMicro = account.heldMicro - heldByRequestMicro;",
    to: "const heldMicro = account.heldMicro;",
  },
  {
    what: "A hold is not deleted when its request ends",
    file: "src/ledger/sqlite/hold-book.ts",
    from: "return remove.run(requestId).changes > 0 ? hold : undefined;",
    to: "return hold;",
  },
  {
    what: "A record without its entry",
    file: "src/ledger/sqlite/requests.ts",
    from: "if (chargedMicro > 0) {",
    to: "if (chargedMicro > 0 && end.usageSource === 'reported') {",
  },
  {
    what: "A charge does not lower the balance",
    file: "src/ledger/rules.ts",
    from: "balanceMicro: account.balanceMicro - chargedMicro,",
    to: "balanceMicro: account.balanceMicro,",
  },
  {
    what: "What is written off is not noted",
    file: "src/ledger/rules.ts",
    from: "shortfallMicro: costMicro - chargedMicro,",
    to: "shortfallMicro: 0,",
  },
  {
    what: "A killed process's request is charged its hold",
    file: "src/ledger/sqlite/requests.ts",
    from: "settle({ ...ABANDONED, requestId",
    to: "settle({ ...ABANDONED, costMicro: hold.amountMicro, requestId",
  },
  {
    what: "A start leaves one hold open",
    file: "src/ledger/sqlite/requests.ts",
    from: "orphans.all(ownerId, isAlone, atMs).map(",
    to: "orphans.all(ownerId, isAlone, atMs).slice(1).map(",
  },
  {
    what: "A request is settled by everybody who notices its end",
    file: "src/calls/call.ts",
    from: "this.#settled ??= this.#settle(ending, answer);",
    to: "this.#settled = this.#settle(ending, answer);",
  },
  {
    what: "A settlement that the database refused is given up",
    file: "src/calls/settle.ts",
    from: "if (!(error instanceof ApiError)) throw error;",
    to: "throw error;",
  },
  {
    what: "An estimate is charged beyond its hold",
    file: "src/calls/settle.ts",
    from: 'source === "estimated" ? Math.min(cost, heldMicro) : cost',
    to: "cost",
  },
  {
    what: "Durations by the wall clock",
    file: "src/calls/call.ts",
    from: "this.deps.clock.monoMs() - this.input.startedMonoMs",
    to: "this.deps.clock.nowMs() - this.input.startedAtMs",
  },
  {
    what: "A client waits for its settlement for ever",
    file: "src/calls/settle.ts",
    from: "const CLIENT_WAIT_MS = 10_000;",
    to: "const CLIENT_WAIT_MS = 1e9;",
  },
  {
    what: "Costs are rounded down",
    file: "src/base/exact.ts",
    from: "(rest > 0 ? 1 : 0)",
    to: "0",
  },
  {
    what: "The markup is forgotten",
    file: "src/base/exact.ts",
    from: "const factor = WHOLE_IN_BASIS_POINTS + markupBasisPoints;",
    to: "const factor = WHOLE_IN_BASIS_POINTS;",
  },
  {
    what: "Cached tokens are counted twice",
    file: "src/pricing/cost.ts",
    from: "rest -= cached;",
    to: "",
  },
  {
    what: "Usage beyond belief is believed",
    file: "src/metering/measure.ts",
    from: "reported === null ? NOTHING_BELIEVED : beliefIn(deps, call, reported.tokens)",
    to: "{ input: true, output: true }",
  },
  {
    what: "Early usage counts as the whole answer's",
    file: "src/metering/meter.ts",
    from: "if (!isFinal) return;",
    to: "",
  },
  {
    what: "What came after the last report is not charged",
    file: "src/metering/meter.ts",
    from: "coversAll: this.#covered === this.#producing.size(),",
    to: "coversAll: this.#covered >= 0,",
  },
  {
    what: "A smaller report takes a larger one back",
    file: "src/metering/meter.ts",
    from: "this.#tokens = this.#tokens === null ? usage : larger(this.#tokens, usage);",
    to: "this.#tokens = usage;",
  },
  {
    what: "What is thrown before the first event keeps its hold",
    file: "src/calls/call.ts",
    from: "if (!this.hasEnded) await this.endFailed(error).catch(() => {});",
    to: "",
  },
  {
    what: "A client that leaves early pays nothing for its input",
    file: "src/calls/ending.ts",
    from: 'return { ending: "client_left_early", ...BY_CLIENT };',
    to: 'return { ending: "client_left_early", ...BY_CLIENT, isCharged: false };',
  },
  {
    what: "A client that left before dispatch is sent upstream all the same",
    file: "src/calls/call.ts",
    from: "if (this.input.signal.aborted) throw clientClosedRequest();",
    to: "",
  },
  {
    what: "The client's output limit is not sent upstream",
    file: "src/calls/candidates.ts",
    from: "if (limitedByClient) return outputTokensMax;",
    to: "",
  },
  {
    what: "A call goes on after its client left",
    file: "src/calls/call.ts",
    from: "if (!this.#startDraining()) this.#abort.abort(clientClosedRequest());",
    to: "this.#startDraining();",
  },
  {
    what: "Any number of calls is read on without a client",
    file: "src/calls/running.ts",
    from: "if (drainingAt(providerId) >= maxCalls) return false;",
    to: "",
  },
  {
    what: "A call is read on without a client for ever",
    file: "src/calls/call.ts",
    from: "this.deps.deadlines.after(maxMs,",
    to: "this.deps.deadlines.after(maxMs * 1_000_000,",
  },
  {
    what: "A stop does not end the calls",
    file: "src/calls/running.ts",
    from: "for (const call of running) call.stop();",
    to: "",
  },
  {
    what: "A stop looks like a client that left",
    file: "src/calls/ending.ts",
    from: 'ending: wasStopped ? "server_stopped" : "client_left", errorCode',
    to: 'ending: "client_left", errorCode',
  },
  {
    what: "A reader that stops without a word is not noticed",
    file: "src/calls/stream.ts",
    from: "async return(): Promise<Next> {\n    this.#call.leave();",
    to: "async return(): Promise<Next> {",
  },
  {
    what: "A duplicate under the same idempotency key is let in",
    file: "src/ledger/sqlite/requests.ts",
    from: 'if (keyed !== null && keys.isInUse(accountId, keyed)) return { kind: "key_in_use" } as const;',
    to: "",
  },
  {
    what: "An idempotency key stays in use after a failure",
    file: "src/calls/settle.ts",
    from: 'input.keyed === null ? null : (call.answer?.() ?? "free")',
    to: "input.keyed === null ? null : (call.answer?.() ?? null)",
  },
  {
    what: "A refund may be more than the charge",
    file: "src/ledger/rules.ts",
    from: "if (wishMicro <= leftMicro) return wishMicro;",
    to: "return wishMicro;",
  },
  {
    what: "An adjustment may take what requests hold",
    file: "src/ledger/rules.ts",
    from: "const availableMicro = account.balanceMicro - account.heldMicro;",
    to: "const availableMicro = account.balanceMicro;",
  },
  {
    what: "A provider is asked again for a client that has left",
    file: "src/calls/call.ts",
    from: "const signals = [this.signal, this.input.signal];",
    to: "const signals = [this.signal];",
  },
  {
    what: "A provider is asked again without end",
    file: "src/calls/tries.ts",
    from: "return tries > retries.max || pauseMs",
    to: "return pauseMs",
  },
  {
    what: "A hold counts before its commit",
    file: "src/ledger/sqlite/queue.ts",
    from: "reply = await applyUnlocked(",
    to: 'for (const one of batch) if (one.command[0] === "reserve") one.resolve({ kind: "held", amountMicro: 0, balanceMicro: 0, heldMicro: 0 }); reply = await applyUnlocked(',
  },
  {
    what: "One bad operation fails the whole batch",
    file: "src/ledger/sqlite/batch.ts",
    from: "return { outcomes: units.map(alone) };",
    to: "return { isLocked, failure: failureOf(error) };",
  },
  {
    what: "A commit's failure is ignored",
    file: "src/db/open.ts",
    from: 'sqlite.run("COMMIT");',
    to: 'try { sqlite.run("COMMIT"); } catch {}',
  },
  {
    what: "A failed transaction is left open",
    file: "src/db/open.ts",
    from: 'if (sqlite.inTransaction) sqlite.run("ROLLBACK");',
    to: "",
  },
  {
    what: "A hold covers the output's floor only",
    file: "src/ledger/rules.ts",
    from: "if (wish.limitedByClient) return leastAmountMicro;",
    to: "if (wish.limitedByClient) return holdForOutput(wish, floorOf(wish));",
  },
  {
    what: "Several choices are held as one",
    file: "src/pricing/bound.ts",
    from: "addProduct(0, outputRate(price, most), choices)",
    to: "addProduct(0, outputRate(price, most), 1)",
  },
];
