// `aacflow requests show`: all that is kept of one request.
import type { Command } from "commander";
import { withStore } from "../../operator/installation.ts";
import type { RequestFacts } from "../../operator/request-facts.ts";
import { showRequest } from "../../operator/requests.ts";
import { contextOf } from "../lib/context.ts";
import { readRequestId } from "../lib/options.ts";
import { printJson, printLines } from "../lib/output.ts";
import { fieldLines } from "../lib/table.ts";

export function addRequestsShow(requests: Command): void {
  requests
    .command("show")
    .description("show one request: whose it was, how it ended, what it used and cost")
    .argument("<id>", "the request's id, from X-Request-Id", readRequestId)
    .action(async (id: string, _options: unknown, command: Command) => {
      const context = contextOf(command);
      const facts = await withStore(context, (store) => showRequest(store, id));
      if (context.json) printJson(facts);
      else printLines(fieldLines(fieldsOf(facts)));
    });
}

function fieldsOf(facts: RequestFacts): [string, string][] {
  const { usage } = facts;
  const optional = (label: string, value: string | number | null): [string, string][] =>
    value === null ? [] : [[label, String(value)]];
  const upstream = facts.upstream_model === facts.model ? "" : ` as ${facts.upstream_model}`;
  const provider = facts.provider === null ? null : facts.provider + upstream;
  return [
    ["Request", facts.id],
    ["Account", `${facts.account} (${facts.account_id})`],
    ["Key", facts.key_name === null ? facts.key_id : `${facts.key_name} (${facts.key_id})`],
    ["Model", facts.model],
    ...optional("Provider", provider),
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
    ["Hold", facts.held],
    ["Cost", facts.cost],
    ...optional("  by provider", facts.provider_cost),
    ["Refunded", facts.refunded],
    ["Shortfall", facts.shortfall],
    ["Unbilled", facts.unbilled],
  ];
}
