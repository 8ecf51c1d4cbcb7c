// POST /chat/completions: its parser and its frames around the journey that all metered endpoints share.
import type { ChatRequest } from "../../../base/chat.ts";
import { systemClock } from "../../../base/clock.ts";
import type { Config } from "../../../config/schema.ts";
import { type JsonBody, ONE_TURN_BYTES } from "../../body/read-body.ts";
import { meteredHandler } from "../../metered/handler.ts";
import type { HttpDeps, KeyHandler } from "../../route.ts";
import { assertArgumentsShape } from "./arguments-shape.ts";
import { chatFrames } from "./frames.ts";
import { parseChatRequest } from "./parse.ts";

export const chatHandler = (deps: HttpDeps): KeyHandler =>
  meteredHandler(deps, {
    parse: (body) => readChatRequest(body, deps.config.limits),
    answer: (input) => deps.gateway.answerChat(input),
    frames: chatFrames,
  });

/** @throws ApiError 400 */
function readChatRequest(
  { json, bodyBytes }: JsonBody,
  limits: Config["limits"],
): ChatRequest | Promise<ChatRequest> {
  const request = parseChatRequest(json, limits);
  return bodyBytes > ONE_TURN_BYTES ? inTurns(request, limits) : request;
}

/** Checks what was not looked into yet, with turns for others around it. */
async function inTurns(request: ChatRequest, limits: Config["limits"]): Promise<ChatRequest> {
  await systemClock.nextTurn();
  await assertArgumentsShape(request, limits, systemClock.nextTurn);
  await systemClock.nextTurn();
  return request;
}
