// A real server between a client and a scripted upstream, and what is asserted of every request.
import { expect } from "bun:test";
import { formatCredits } from "../../src/base/micro.ts";
import { configSchema } from "../../src/config/schema.ts";
import { connectProviders } from "../../src/providers/registry.ts";
import { creditsOf, readWire } from "../chat/stream-support.ts";
import { post, recordOf } from "../chat/support.ts";
import {
  type RawUpstream,
  startRawUpstream,
  type UpstreamAnswer,
} from "../support/raw-upstream.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import type { Answer, Bytes, Driver, Fields, Price, RequestName, Tokens } from "./driver.ts";
import { isCannot } from "./driver.ts";
import { joinChunks } from "./join-chunks.ts";
import { clientRequest, modelFor } from "./requests.ts";

export interface Bench {
  driver: Driver;
  server: TestServer;
  upstream: RawUpstream;
  close(): Promise<void>;
}

export async function openBench(driver: Driver): Promise<Bench> {
  const upstream = await startRawUpstream();
  const env = driver.env(upstream.url);
  const server = await startTestServer({ env, config: configFor(driver, env) });
  const close = async () => {
    await server.close();
    await upstream.close();
  };
  return { driver, server, upstream, close };
}

/** A refusal is asserted as it comes, so that it is not tried again. */
function configFor({ config = {} }: Driver, env: Record<string, string>) {
  const given = (config.providers ?? {}) as Record<string, object>;
  // Only those that the variables turn on: what is named has to work.
  const ids = [...connectProviders(configSchema.parse({}), env).connected.keys()];
  const providers = ids.map((id) => [id, { ...given[id], retries: { max: 0 } }]);
  return { ...config, providers: { ...given, ...Object.fromEntries(providers) } };
}

/** The upstream's stream of these pieces. */
export function streamed(
  driver: Driver,
  pieces: UpstreamAnswer["pieces"],
  ending: UpstreamAnswer["ending"] = "end",
): UpstreamAnswer {
  return { headers: { "content-type": driver.streamType }, pieces, ending };
}

export function wholeStream(driver: Driver, answer: Answer): Bytes[] {
  const { head, tail } = driver.stream(answer);
  return [...head, ...tail];
}

/** Asks for a stream, with usage at its end. */
export const STREAMING = { stream: true, stream_options: { include_usage: true } };

/** Asks, and checks that what reached the upstream is the driver's request, whole. */
export async function ask(
  { driver, server, upstream }: Bench,
  name: RequestName,
  answer: UpstreamAnswer,
  extra: Fields = {},
): Promise<Response> {
  upstream.answer(answer);
  const before = upstream.requests.length;
  const response = await post(server, { ...clientRequest(driver, name), ...extra });
  expect(upstream.requests).toHaveLength(before + 1);
  expectSent({ driver, upstream }, name, extra.stream === true);
  return response;
}

/** HTTP's own headers, which the runtime sets. */
const TRANSPORT = ["host", "connection", "content-length", "accept-encoding", "user-agent"];

export function expectSent(
  { driver, upstream }: Pick<Bench, "driver" | "upstream">,
  name: RequestName,
  stream: boolean,
): void {
  const sent = upstream.requests.at(-1);
  const wanted = driver.sends[name];
  if (isCannot(wanted)) throw new Error(`${driver.name} cannot be sent ${name}`);
  const way = stream ? "stream" : "whole";
  const headers = Object.entries(sent?.headers ?? {}).filter(([key]) => !TRANSPORT.includes(key));
  expect({
    ...sent,
    headers: Object.fromEntries(headers),
    text: undefined,
    closed: undefined,
  }).toEqual({
    method: "POST",
    path: pathFor(driver, name, way),
    headers: { "content-type": "application/json", ...driver.headers[way] },
    body: { ...wanted, ...(stream && driver.streamExtras) },
    text: undefined,
    closed: undefined,
  });
}

const pathFor = (driver: Driver, name: RequestName, way: "whole" | "stream") =>
  driver.path[way].replace(driver.model, modelFor(driver, name).model);

/** The charge by the price, in micro-dollars: rounded up once. */
export function costOf(price: Price, { input, cached, output }: Tokens): number {
  const sum = (input - cached) * price.input + cached * price.cacheRead + output * price.output;
  return Math.ceil(sum / 1_000_000);
}

/** Usage as the client must see it. */
function usageFor(driver: Driver, name: RequestName, tokens: Tokens): Fields {
  return {
    prompt_tokens: tokens.input,
    completion_tokens: tokens.output,
    total_tokens: tokens.input + tokens.output,
    prompt_tokens_details: {
      cached_tokens: tokens.cached,
      cache_write_tokens: 0,
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: driver.reasoning.counted ? tokens.reasoning : 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    cost: costOf(modelFor(driver, name).price, tokens) / 1_000_000,
  };
}

export interface Delivered {
  message: Fields;
  finishReason: string;
}

/** The client's whole answer, but for its id and time. */
export async function expectWhole(
  bench: Bench,
  name: RequestName,
  response: Response,
  told: Delivered,
  tokens: Tokens,
): Promise<void> {
  const { driver } = bench;
  const { id, created, ...body } = (await response.json()) as Fields;
  expect(body).toEqual({
    object: "chat.completion",
    model: modelFor(driver, name).model,
    choices: [
      { index: 0, message: told.message, logprobs: null, finish_reason: told.finishReason },
    ],
    usage: usageFor(driver, name, tokens),
    ...driver.answerExtras,
  });
  expect(response.status).toBe(200);
  expect(id).toMatch(/^chatcmpl-[\w-]+$/);
  expect(created).toBeInteger();
  const charged = creditsText(chargeFor(driver, name, tokens));
  expect(response.headers.get("x-credits-used")).toBe(charged);
  await expectCompleted(bench, name, response, tokens);
}

/** The client's whole stream, its pieces joined. */
export async function expectStream(
  bench: Bench,
  name: RequestName,
  response: Response,
  told: Delivered,
  tokens: Tokens,
): Promise<void> {
  const { driver } = bench;
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const wire = readWire(await response.text());
  expect(wire.errors).toEqual([]);
  expect(wire.isDone).toBe(true);
  expect(joinChunks(wire)).toEqual({
    ids: 1,
    models: [modelFor(driver, name).model],
    message: told.message,
    finishReasons: [told.finishReason],
    usages: [usageFor(driver, name, tokens)],
    extras: driver.answerExtras ?? {},
  });
  expect(creditsOf(wire).used).toBe(creditsText(chargeFor(driver, name, tokens)));
  await expectCompleted(bench, name, response, tokens);
}

const chargeFor = (driver: Driver, name: RequestName, tokens: Tokens): number =>
  costOf(modelFor(driver, name).price, tokens);

async function expectCompleted(
  bench: Bench,
  name: RequestName,
  response: Response,
  tokens: Tokens,
): Promise<void> {
  await expectRecord(bench, response, {
    ending: "completed",
    httpStatus: 200,
    errorCode: null,
    usageSource: "reported",
    chargedMicro: chargeFor(bench.driver, name, tokens),
    shortfallMicro: 0,
  });
}

/** What the books say of a request. */
export async function expectRecord(
  { server }: Bench,
  response: Response,
  wanted: Fields,
): Promise<void> {
  const record = await recordOf(server, response.headers.get("x-request-id") ?? "");
  const fields: Fields = { ...record };
  const kept = Object.keys(wanted).map((field) => [field, fields[field]]);
  expect(Object.fromEntries(kept)).toEqual(wanted);
}

export const creditsText = (micro: number): string => formatCredits(micro);
