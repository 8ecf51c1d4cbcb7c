// POST /chat/completions: its parser and its frames around the journey that all metered endpoints share.
import type { ChatRequest } from "../../../base/chat.ts";
import { systemClock } from "../../../base/clock.ts";
import type { Config } from "../../../config/schema.ts";
import { type JsonBody, ONE_TURN_BYTES } from "../../body/read-body.ts";
import { meteredHandler } from "../../metered/handler.ts";
import type { HttpDeps, KeyHandler } from "../../route.ts";
import { answerChat } from "./answer.ts";
import { assertArgumentsShape } from "./arguments-shape.ts";
import { chatFrames } from "./frames.ts";
import { parseChatRequest, parseInTurns } from "./parse.ts";

export const chatHandler = (deps: HttpDeps): KeyHandler =>
  meteredHandler(deps, {
    parse: (body) => readChatRequest(body, deps.config.limits),
    answer: answerChat,
    frames: chatFrames,
  });

/** @throws ApiError 400 */
const readChatRequest = (
  { json, bodyBytes }: JsonBody,
  limits: Config["limits"],
): ChatRequest | Promise<ChatRequest> =>
  bodyBytes > ONE_TURN_BYTES ? readInTurns(json, limits) : parseChatRequest(json, limits);

/** A large one, in steps between which others get their turn. */
async function readInTurns(json: unknown, limits: Config["limits"]): Promise<ChatRequest> {
  const { nextTurn } = systemClock;
  const request = await parseInTurns(json, limits, nextTurn);
  await nextTurn();
  await assertArgumentsShape(request, limits, nextTurn);
  await nextTurn();
  return request;
}
