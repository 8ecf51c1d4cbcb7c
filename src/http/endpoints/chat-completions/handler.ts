// POST /chat/completions: its parser and its frames around the journey that all metered endpoints share.
import type { ChatRequest } from "../../../base/chat.ts";
import { systemClock } from "../../../base/clock.ts";
import type { Config } from "../../../config/schema.ts";
import type { JsonBody } from "../../body/read-body.ts";
import { meteredHandler } from "../../metered/handler.ts";
import type { HttpDeps, KeyHandler } from "../../route.ts";
import { answerChat } from "./answer.ts";
import { assertArgumentsShape, SMALL_BODY_BYTES } from "./arguments-shape.ts";
import { chatFrames } from "./frames.ts";
import { parseChatRequest, parseInTurns } from "./parse.ts";

const { nextTurn } = systemClock;

export const chatHandler = (deps: HttpDeps): KeyHandler =>
  meteredHandler(deps, {
    parse: (body) => readChatRequest(body, deps.config.limits),
    answer: answerChat,
    frames: chatFrames,
  });

/** @throws ApiError 400 */
function readChatRequest(
  body: JsonBody,
  limits: Config["limits"],
): ChatRequest | Promise<ChatRequest> {
  if (body.bodyBytes > SMALL_BODY_BYTES) return readLarge(body, limits);
  return parseChatRequest(body.json, limits);
}

/** Where the work takes turns, others get theirs between its steps. */
async function readLarge(
  { json, takesTurns }: JsonBody,
  limits: Config["limits"],
): Promise<ChatRequest> {
  const request = takesTurns
    ? await parseInTurns(json, limits, nextTurn)
    : parseChatRequest(json, limits);
  await assertArgumentsShape(request, limits, nextTurn);
  if (takesTurns) await nextTurn();
  return request;
}
