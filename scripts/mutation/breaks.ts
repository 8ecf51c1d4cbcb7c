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
    file: "src/ledger/holds.ts",
    from: "Math.min(request.costMicro, account.balanceMicro - heldMicro)",
    to: "request.costMicro",
  },
  {
    what: "A charge may take what other requests hold",
    file: "src/ledger/holds.ts",
    from: "account.balanceMicro - heldMicro);\n    const balanceMicro",
    to: "account.balanceMicro);\n    const balanceMicro",
  },
  {
    what: "A deposit is not given back",
    file: "src/ledger/holds.ts",
    from: "const heldMicro = account.heldMicro - hold.amountMicro;",
    to: "const heldMicro = account.heldMicro;",
  },
  {
    what: "A hold is not deleted when its request ends",
    file: "src/ledger/holds.ts",
    from: '.delete(holds)\n      .where(eq(holds.requestId, sql.placeholder("requestId")))\n      .returning(),',
    to: '.select().from(holds)\n      .where(eq(holds.requestId, sql.placeholder("requestId"))),',
  },
  {
    what: "A record without its entry",
    file: "src/ledger/holds.ts",
    from: "if (chargedMicro > 0) {",
    to: "if (chargedMicro > 0 && request.usageSource === 'reported') {",
  },
  {
    what: "A charge does not lower the balance",
    file: "src/ledger/holds.ts",
    from: "const balanceMicro = account.balanceMicro - chargedMicro;",
    to: "const balanceMicro = account.balanceMicro;",
  },
  {
    what: "What is written off is not noted",
    file: "src/ledger/holds.ts",
    from: "const shortfallMicro = request.costMicro - chargedMicro;",
    to: "const shortfallMicro = 0;",
  },
  {
    what: "A killed process's request is charged its deposit",
    file: "src/ledger/ledger.ts",
    from: "costMicro: 0,",
    to: "costMicro: hold.amountMicro,",
  },
  {
    what: "A start leaves one deposit open",
    file: "src/ledger/ledger.ts",
    from: "return holds.open().map(",
    to: "return holds.open().slice(1).map(",
  },
  {
    what: "A request is settled by everybody who notices its end",
    file: "src/gateway/settler.ts",
    from: "ended ??= settleOnce(report);",
    to: "ended = settleOnce(report);",
  },
  {
    what: "A settlement that the database refused is given up",
    file: "src/gateway/settler.ts",
    from: "if (!(error instanceof ApiError)) throw error;",
    to: "throw error;",
  },
  {
    what: "An estimate is charged beyond its deposit",
    file: "src/gateway/settler.ts",
    from: 'source === "estimated" ? Math.min(cost, heldMicro) : cost',
    to: "cost",
  },
  {
    what: "Durations by the wall clock",
    file: "src/gateway/settler.ts",
    from: "options.clock.monoMs() - options.startedMonoMs",
    to: "options.clock.nowMs() - options.startedAtMs",
  },
  {
    what: "A client waits for its settlement for ever",
    file: "src/gateway/settler.ts",
    from: "const CLIENT_WAIT_MS = 10_000;",
    to: "const CLIENT_WAIT_MS = 1e9;",
  },
  {
    what: "Costs are rounded down",
    file: "src/gateway/cost.ts",
    from: "(markedUp + divisor - 1n) / divisor",
    to: "markedUp / divisor",
  },
  {
    what: "The markup is forgotten",
    file: "src/gateway/cost.ts",
    from: "tokenRates * (WHOLE_IN_BASIS_POINTS + BigInt(markupBasisPoints));\n  const divisor",
    to: "tokenRates * (WHOLE_IN_BASIS_POINTS + BigInt(markupBasisPoints) * 0n);\n  const divisor",
  },
  {
    what: "Cached tokens are counted twice",
    file: "src/gateway/cost.ts",
    from: "left -= taken;",
    to: "",
  },
  {
    what: "Usage beyond belief is believed",
    file: "src/gateway/measure.ts",
    from: "reported === null ? null : believable(deps, call, reported.tokens)",
    to: "reported === null ? null : sidesOf(reported.tokens)",
  },
  {
    what: "Early usage counts as the whole answer's",
    file: "src/gateway/meter.ts",
    from: "if (!isFinal) return;",
    to: "",
  },
  {
    what: "What came after the last report is not charged",
    file: "src/gateway/meter.ts",
    from: "coversAll: covered === producing.size(),",
    to: "coversAll: covered >= 0,",
  },
  {
    what: "A smaller report takes a larger one back",
    file: "src/gateway/meter.ts",
    from: "tokens = tokens === null ? usage : larger(tokens, usage);",
    to: "tokens = usage;",
  },
  {
    what: "What is thrown before the first event keeps its deposit",
    file: "src/gateway/metered-call.ts",
    from: "if (!settler.hasEnded()) await endFailed(error).catch(() => {});",
    to: "",
  },
  {
    what: "A client that leaves early pays nothing for its input",
    file: "src/gateway/way.ts",
    from: 'return { ending: "client_left_early", ...BY_CLIENT };',
    to: 'return { ending: "client_left_early", ...BY_CLIENT, isCharged: false };',
  },
  {
    what: "A client that left before dispatch is sent upstream all the same",
    file: "src/gateway/metered-call.ts",
    from: "if (input.signal.aborted) throw clientClosedRequest();",
    to: "",
  },
  {
    what: "The client's output limit is not sent upstream",
    file: "src/gateway/dispatch.ts",
    from: "if (wanted.limitedByClient) return wanted.outputTokensMax;",
    to: "",
  },
  {
    what: "A call goes on after its client left",
    file: "src/gateway/lifeline.ts",
    from: "else controller.abort(clientClosedRequest());",
    to: "",
  },
  {
    what: "Any number of calls is read on without a client",
    file: "src/gateway/lifeline.ts",
    from: "(drainingOf.get(provider) ?? 0) < limits.maxCalls",
    to: "limits.maxCalls > 0",
  },
  {
    what: "A call is read on without a client for ever",
    file: "src/gateway/lifeline.ts",
    from: "clock.after(maxMs,",
    to: "clock.after(maxMs * 1_000_000,",
  },
  {
    what: "A stop does not end the calls",
    file: "src/gateway/lifeline.ts",
    from: "for (const handle of open) handle.cut();",
    to: "",
  },
  {
    what: "A stop looks like a client that left",
    file: "src/gateway/way.ts",
    from: 'ending: stopped ? "server_stopped" : "client_left", errorCode',
    to: 'ending: "client_left", errorCode',
  },
  {
    what: "A reader that stops without a word is not noticed",
    file: "src/gateway/stream-chat.ts",
    from: "if (!call.hasEnded()) call.lifeline.leave();",
    to: "",
  },
  {
    what: "A twin under the same idempotency key is let in",
    file: "src/gateway/dispatch.ts",
    from: "if (keyed !== null && isKeyInUse(keyed)) return null;",
    to: "",
  },
  {
    what: "An idempotency key stays in use after a failure",
    file: "src/gateway/settler.ts",
    from: "if (report.answer === undefined) keyed.store.release(requestId);",
    to: "if (report.answer === undefined) return;",
  },
  {
    what: "A refund may be more than the charge",
    file: "src/ledger/operator-entries.ts",
    from: "if (wishMicro <= leftMicro) return wishMicro;",
    to: "return wishMicro;",
  },
  {
    what: "An adjustment may take what requests hold",
    file: "src/ledger/operator-entries.ts",
    from: "const availableMicro = account.balanceMicro - account.heldMicro;",
    to: "const availableMicro = account.balanceMicro;",
  },
  {
    what: "A provider is asked again for a client that has left",
    file: "src/gateway/retry.ts",
    from: "AbortSignal.any([lifeline.signal, input.signal])",
    to: "lifeline.signal",
  },
  {
    what: "A provider is asked again without end",
    file: "src/gateway/retry.ts",
    from: "tries > retries.max ||",
    to: "",
  },
  {
    what: "A deposit counts before its commit",
    file: "src/db/commit-queue.ts",
    from: "batch.map((waiting) => waiting.operation())",
    to: "batch.map((waiting) => { const done = waiting.operation(); waiting.resolve(done); return done; })",
  },
  {
    what: "One bad operation fails the whole batch",
    file: "src/db/commit-queue.ts",
    from: "return isolateFailures(database, batch);",
    to: "return rejectAll(batch, error);",
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
    what: "A deposit covers the output's floor only",
    file: "src/gateway/quote.ts",
    from: "if (limitedByClient) return least;",
    to: "if (limitedByClient) return depositFor(floorTokens);",
  },
  {
    what: "Several choices are held as one",
    file: "src/gateway/quote.ts",
    from: "const choices = BigInt(request.n ?? 1);",
    to: "const choices = 1n;",
  },
];
