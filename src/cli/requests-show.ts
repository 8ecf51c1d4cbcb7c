// `aacflow requests show`: all that is kept of one request.
import type { Command } from "commander";
import { type Books, withBooks } from "./books.ts";
import { contextOf } from "./context.ts";
import { CliError } from "./failure.ts";
import { readRequestId } from "./options.ts";
import { printJson, printLines } from "./output.ts";
import { createRequestFacts, type RequestFacts } from "./request-facts.ts";
import { fieldLines } from "./table.ts";

export function addRequestsShow(requests: Command): void {
  requests
    .command("show")
    .description("show one request: whose it was, how it ended, what it used and cost")
    .argument("<id>", "the request's id, from X-Request-Id", readRequestId)
    .action((id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const facts = withBooks(context, (books) => find(books, id));
      if (context.json) printJson(facts);
      else printLines(fieldLines(fieldsOf(facts)));
    });
}

function find(books: Books, id: string): RequestFacts {
  const { ledger } = books;
  const facts = createRequestFacts(books);
  const record = ledger.findRecord(id);
  if (record !== undefined) return facts.ofEnded(record);
  const running = ledger.findRunning(id);
  if (running !== undefined) return facts.ofRunning(running);
  throw new CliError(
    `there is no request ${id}: those that were refused before their deposit are in the log alone`,
  );
}

function fieldsOf(facts: RequestFacts): [string, string][] {
  const { usage } = facts;
  const optional = (label: string, value: string | number | null): [string, string][] =>
    value === null ? [] : [[label, String(value)]];
  const upstream = facts.upstream_model === facts.model ? "" : ` as ${facts.upstream_model}`;
  return [
    ["Request", facts.id],
    ["Account", `${facts.account} (${facts.account_id})`],
    ["Key", facts.key_name === null ? facts.key_id : `${facts.key_name} (${facts.key_id})`],
    ["Model", facts.model],
    ["Provider", facts.provider + upstream],
    ["Stream", facts.stream ? "yes" : "no"],
    ["Status", facts.status],
    ...optional("Ending", facts.ending),
    ...optional("HTTP status", facts.http_status),
    ...optional("Error code", facts.error_code),
    ["Arrived", facts.created_at],
    ...optional("Ended", facts.ended_at),
    ...optional("First event, ms", facts.first_event_ms),
    ...optional("Duration, ms", facts.duration_ms),
    ["Usage", facts.usage_source],
    ...optional("Input tokens", usage?.prompt_tokens ?? null),
    ...optional("  cached", usage?.prompt_tokens_details.cached_tokens || null),
    ...optional("Output tokens", usage?.completion_tokens ?? null),
    ...optional("  reasoning", usage?.completion_tokens_details.reasoning_tokens || null),
    ["Deposit", facts.held],
    ["Cost", facts.cost],
    ...optional("  by provider", facts.provider_cost),
    ["Refunded", facts.refunded],
    ["Shortfall", facts.shortfall],
    ["Unbilled", facts.unbilled],
  ];
}
