// `aacflow requests list`: requests by whose they are, where they went and how they ended, page by page.
import { type Command, Option } from "commander";
import { ENDINGS, type Ending } from "../ledger/ending.ts";
import { accountByName, type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { CliError } from "./failure.ts";
import { unknownKey } from "./key-lookup.ts";
import { shortTime } from "./key-view.ts";
import { readName, readPageSize, readRequestId, readSince } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { createRequestFacts, type RequestFacts } from "./request-facts.ts";
import { tableLines } from "./table.ts";

const PAGE_SIZE = 50;
const IN_PROGRESS = "in_progress";

interface ListOptions {
  account?: string;
  key?: string;
  model?: string;
  provider?: string;
  ending?: Ending | typeof IN_PROGRESS;
  /** Epoch milliseconds. */
  since?: number;
  limit: number;
  before?: string;
}

interface Page {
  requests: RequestFacts[];
  nextBefore: string | null;
}

export function addRequestsList(requests: Command): void {
  requests
    .command("list")
    .description("list requests that took a deposit: those in progress, then the last to end first")
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
    .action((options: ListOptions, command: Command) => {
      const context = contextOf(command);
      const page = withBooks(context, (books) => readPage(books, options));
      if (context.json) printJson({ requests: page.requests, next_before: page.nextBefore });
      else printLines(toLines(page));
    });
}

function readPage(books: Books, options: ListOptions): Page {
  const { ledger, keyring } = books;
  const { account, key, model = null, provider = null, ending, since = null, limit } = options;
  const { before = null } = options;
  if (key !== undefined && keyring.get(key) === undefined) throw unknownKey(key);
  if (before !== null && ledger.findRecord(before) === undefined) {
    throw new CliError(`no request ${before} has ended: give --before an id of the list`);
  }
  const filter = {
    accountId: account === undefined ? null : accountByName(ledger, account).id,
    keyId: key ?? null,
    model,
    providerId: provider,
    sinceMs: since,
  };
  const facts = createRequestFacts(books);
  const withRunning = before === null && (ending === undefined || ending === IN_PROGRESS);
  const running = withRunning ? ledger.findAllRunning(filter, limit) : [];
  const shown = running.map(facts.ofRunning);
  const left = limit - shown.length;
  if (ending === IN_PROGRESS || left === 0) return { requests: shown, nextBefore: null };
  const ended = ledger.findRequests({ ...filter, ending: ending ?? null }, { limit: left, before });
  return {
    requests: [...shown, ...ended.requests.map(facts.ofEnded)],
    nextBefore: ended.nextBefore,
  };
}

function toLines({ requests, nextBefore }: Page): string[] {
  if (requests.length === 0) return ["No such requests."];
  const rows = requests.map((request) => [
    shortTime(Date.parse(request.created_at)),
    request.id,
    request.account,
    request.key_name ?? request.key_id,
    request.model,
    request.provider,
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
