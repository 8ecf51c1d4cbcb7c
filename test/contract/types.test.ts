// The documented answers are OpenAI's: their schemas' types fit the official SDK's, checked by the compiler, under a
// setting of its own (tsconfig.sdk.json), since the SDK's optional fields do not allow for undefined and zod's do.
import { expect, test } from "bun:test";
import type { ChatCompletion, ChatCompletionChunk } from "openai/resources/chat/completions";
import type { Model } from "openai/resources/models";
import type { z } from "zod";
import type { chatCompletionChunk } from "../../src/http/endpoints/chat-completions/schema/chunk.ts";
import type { chatCompletion } from "../../src/http/endpoints/chat-completions/schema/completion.ts";
import type { model } from "../../src/http/endpoints/models/schema.ts";

/** Tiers are open in the document, since OpenAI adds to them. */
type OpenTier<T> = Omit<T, "service_tier">;

const asCompletion: (value: z.output<typeof chatCompletion>) => OpenTier<ChatCompletion> = (
  value,
) => value;
const asChunk: (value: z.output<typeof chatCompletionChunk>) => OpenTier<ChatCompletionChunk> = (
  value,
) => value;
const asModel: (value: z.output<typeof model>) => Model = (value) => value;

test("the documented answers are assignable to the official SDK's types", () => {
  expect([asCompletion, asChunk, asModel]).toHaveLength(3);
});
