// `aacflow requests list`: requests by whose they are, where they went and how they ended, page by page.
import { type Command, Option } from "commander";
import { ENDINGS } from "../../ledger/ending.ts";
import { withStore } from "../../operator/installation.ts";
import {
  IN_PROGRESS,
  listRequests,
  type RequestsPage,
  type RequestsWish,
} from "../../operator/requests.ts";
import { contextOf } from "../lib/context.ts";
import { readName, readPageSize, readRequestId, readSince } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { tableLines } from "../lib/table.ts";
import { shortTime } from "../lib/time.ts";

const PAGE_SIZE = 50;

interface ListOptions {
  account?: string;
  key?: string;
  model?: string;
  provider?: string;
  ending?: NonNullable<RequestsWish["ending"]>;
  /** Epoch milliseconds. */
  since?: number;
  limit: number;
  before?: string;
}

export function addRequestsList(requests: Command): void {
  requests
    .command("list")
    .description("list requests that took a hold: those in progress, then the last to end first")
    .option("--account <account>", "only this account's", readName)
    .option("--key <id>", "only this key's, by its id, as key_…", readName)
    .option("--model <model>", "only this model's, by the name that was asked for", readName)
    .option("--provider <id>", "only this provider's", readName)
    .addOption(
      new Option("--ending <ending>", "only those that ended so").choices([
        ...ENDINGS,
        IN_PROGRESS,
      ]),
    )
    .option("--since <time>", "arrived 30d, 12h, 45m ago or later, or since a date", readSince)
    .option("--limit <count>", "requests on a page", readPageSize, PAGE_SIZE)
    .option("--before <id>", "only those that ended before this one: the next page", readRequestId)
    .action(async (options: ListOptions, command: Command) => {
      const context = contextOf(command);
      const page = await withStore(context, (store) => listRequests(store, wishOf(options)));
      if (context.json) printJson({ requests: page.requests, next_before: page.nextBefore });
      else printLines(toLines(page));
    });
}

const wishOf = (options: ListOptions): RequestsWish => ({
  account: options.account ?? null,
  key: options.key ?? null,
  model: options.model ?? null,
  provider: options.provider ?? null,
  ending: options.ending ?? null,
  sinceMs: options.since ?? null,
  limit: options.limit,
  before: options.before ?? null,
});

function toLines({ requests, nextBefore }: RequestsPage): string[] {
  if (requests.length === 0) return ["No such requests."];
  const rows = requests.map((request) => [
    shortTime(Date.parse(request.created_at)),
    request.id,
    request.account,
    request.key_name ?? request.key_id,
    request.model,
    request.provider ?? "",
    request.ending ?? request.status,
    String(request.http_status ?? ""),
    String(request.usage?.prompt_tokens ?? ""),
    String(request.usage?.completion_tokens ?? ""),
    request.cost,
    String(request.duration_ms ?? ""),
  ]);
  const lines = tableLines(
    [
      { title: "ARRIVED" },
      { title: "REQUEST" },
      { title: "ACCOUNT" },
      { title: "KEY" },
      { title: "MODEL" },
      { title: "PROVIDER" },
      { title: "ENDING" },
      { title: "HTTP", align: "right" },
      { title: "INPUT", align: "right" },
      { title: "OUTPUT", align: "right" },
      { title: "COST", align: "right" },
      { title: "MS", align: "right" },
    ],
    rows,
  );
  return nextBefore === null ? lines : [...lines, `Older requests: --before ${nextBefore}`];
}
