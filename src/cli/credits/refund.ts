// `aacflow credits refund`: gives back what a request was charged, or a part of it.
import type { Command } from "commander";
import { formatCredits } from "../../base/micro.ts";
import { type CreditsRefunded, refundCredits } from "../../operator/credits.ts";
import { withStore } from "../../operator/installation.ts";
import { contextOf } from "../lib/context.ts";
import { readNote, readPositiveCredits, readRequestId } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";

interface RefundOptions {
  request: string;
  /** Micro-dollars; absent for all that is left of the charge. */
  amount?: number;
  note?: string;
}

export function addCreditsRefund(credits: Command): void {
  credits
    .command("refund")
    .description("give back what a request was charged, whole or in parts")
    .requiredOption("--request <id>", "the request's id, from X-Request-Id", readRequestId)
    .option(
      "--amount <amount>",
      "credits to give back, e.g. 0.25 (default: all that is left of the charge)",
      readPositiveCredits,
    )
    .option("--note <text>", "a note for the ledger", readNote)
    .action(async (options: RefundOptions, command: Command) => {
      const context = contextOf(command);
      const { request: requestId, amount: amountMicro = null, note = null } = options;
      const refunded = await withStore(context, (store) =>
        refundCredits(store, { requestId, amountMicro, note }),
      );
      if (context.json) printJson(toJson(refunded, options));
      else printLines(toLines(refunded, options));
    });
}

const toJson = (refunded: CreditsRefunded, { request, note }: RefundOptions) => ({
  request_id: request,
  account: refunded.account,
  amount: formatCredits(refunded.amountMicro),
  charged: formatCredits(refunded.chargedMicro),
  refunded: formatCredits(refunded.refundedMicro),
  balance: formatCredits(refunded.balanceMicro),
  note: note ?? null,
});

function toLines(refunded: CreditsRefunded, { request }: RefundOptions): string[] {
  const { account, amountMicro, chargedMicro, refundedMicro, balanceMicro } = refunded;
  return [
    `Refunded ${formatCredits(amountMicro)} credits of request ${request} to ${account}, ` +
      `which now has ${formatCredits(balanceMicro)} credits.`,
    `Of its charge of ${formatCredits(chargedMicro)}, ${formatCredits(refundedMicro)} has been refunded.`,
  ];
}
