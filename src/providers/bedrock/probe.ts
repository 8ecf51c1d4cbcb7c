// Asks Bedrock whether it takes the credentials, without asking a model anything.
import type { Probe } from "../shared/probe.ts";
import { operationUrl } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";
import { callHeaders, type HeaderOptions } from "./headers.ts";

/** No model has this id. */
const NO_MODEL = "aacflow.probe";

const BODY = JSON.stringify({ messages: [{ role: "user", content: [{ text: "." }] }] });

/** What is wrong with the model or the request is found after the credentials were taken. */
const ACCEPTED: ReadonlySet<number> = new Set([400, 404, 429]);

/**
 * A call to a model that does not exist: AWS looks at the credentials first. The list of models
 * would need a further permission and another host.
 */
export async function runtimeProbe(options: HeaderOptions, baseUrl: string): Promise<Probe> {
  const url = operationUrl(baseUrl, NO_MODEL, "converse");
  return {
    url,
    headers: await callHeaders(options, { url, accept: "application/json", body: BODY }),
    body: BODY,
    errors: ERRORS,
    describe: () => "answers",
    isAccepted: ({ status }) => ACCEPTED.has(status),
  };
}
