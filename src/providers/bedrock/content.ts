// The content of one message as Converse's blocks.
import { invalidRequest } from "../../base/errors.ts";
import { asObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";
import { cachePointOf } from "./cache-points.ts";
import { audioBlock, type MediaReader } from "./media.ts";
import type { ModelFamily } from "./model-family.ts";
import { toolUseId } from "./tool-ids.ts";
import type { CachePoint, ContentBlock, TextBlock, ToolUseBlock } from "./wire.ts";

/** Bedrock refuses a tool result without text in it. */
const NO_RESULT = "(no output)";

export interface ContentContext {
  family: ModelFamily;
  media: MediaReader;
}

/**
 * Text content of any role: a string, or parts of which only text and refusals are read. Blank
 * text is left out, as Bedrock refuses it.
 */
export function textBlocks(content: unknown, family: ModelFamily): (TextBlock | CachePoint)[] {
  if (typeof content === "string") {
    return content.trim() === "" ? [] : [{ text: content }];
  }
  const parts = Array.isArray(content) ? content.map(asObject) : [];
  return parts.flatMap((part) => marked(textOf(part), part, family));
}

/**
 * What a user says, media included.
 * @param param where the content is in the request
 * @throws ApiError 400 for a part that cannot be sent
 */
export async function userBlocks(
  content: unknown,
  param: string,
  context: ContentContext,
): Promise<ContentBlock[]> {
  if (!Array.isArray(content)) {
    return textBlocks(content, context.family);
  }
  const blocks: ContentBlock[] = [];
  for (const [index, value] of content.entries()) {
    const part = asObject(value);
    const found = await userPart(part, `${param}[${index}]`, context);
    blocks.push(...marked(found, part, context.family));
  }
  return blocks;
}

async function userPart(
  part: JsonObject,
  param: string,
  { media }: ContentContext,
): Promise<ContentBlock[]> {
  switch (part.type) {
    case "text":
      return textOf(part);
    case "image_url": {
      const url = nonEmptyString(asObject(part.image_url).url) ?? "";
      return [await media.image(url, `${param}.image_url.url`)];
    }
    case "file": {
      const file = asObject(part.file);
      const data = nonEmptyString(file.file_data);
      if (data === null) {
        const message = "The provider keeps no files: send the file itself in file_data.";
        throw invalidRequest(message, `${param}.file`);
      }
      return [await media.file(data, nonEmptyString(file.filename), `${param}.file.file_data`)];
    }
    case "input_audio": {
      const audio = asObject(part.input_audio);
      const data = nonEmptyString(audio.data) ?? "";
      return [audioBlock(data, String(audio.format), `${param}.input_audio`)];
    }
    default: {
      const type = String(part.type).slice(0, 40);
      throw invalidRequest(`The provider does not take parts of type ${type}.`, `${param}.type`);
    }
  }
}

/** What an assistant said: its text, then its tool calls, which must come last. */
export function assistantBlocks(
  message: JsonObject,
  param: string,
  family: ModelFamily,
): ContentBlock[] {
  if (message.function_call !== undefined && message.function_call !== null) {
    throw invalidRequest("Use tool_calls in place of function_call.", `${param}.function_call`);
  }
  const refusal = nonEmptyString(message.refusal);
  const text = textBlocks(message.content, family);
  const said = text.length > 0 || refusal === null ? text : textBlocks(refusal, family);
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.map(asObject) : [];
  const uses = calls.map((call, index) => toolUse(call, `${param}.tool_calls[${index}]`, family));
  return [...said, ...uses];
}

/** The answer to one tool call. */
export function toolResultBlocks(message: JsonObject, family: ModelFamily): ContentBlock[] {
  const text = textBlocks(message.content, family).filter((block) => "text" in block);
  const content = text.length === 0 ? [{ text: NO_RESULT }] : text;
  return [{ toolResult: { toolUseId: toolUseId(String(message.tool_call_id), family), content } }];
}

function toolUse(call: JsonObject, param: string, family: ModelFamily): ToolUseBlock {
  if (call.type === "custom") {
    throw invalidRequest("The provider has functions only, no custom tools.", `${param}.type`);
  }
  const fn = asObject(call.function);
  const input = toolInput(nonEmptyString(fn.arguments) ?? "{}");
  const id = toolUseId(String(call.id ?? ""), family);
  return { toolUse: { toolUseId: id, name: String(fn.name ?? ""), input } };
}

/**
 * Converse wants an object. What a model once wrote wrongly is kept as text: refusing it would end
 * the conversation over a fault that the model can see and mend.
 */
function toolInput(text: string): JsonObject {
  const value = parseJson(text);
  const isPlain = typeof value === "object" && value !== null && !Array.isArray(value);
  return isPlain ? asObject(value) : { invalid_arguments: text };
}

function textOf(part: JsonObject): TextBlock[] {
  const text = nonEmptyString(part.text) ?? nonEmptyString(part.refusal) ?? "";
  return text.trim() === "" ? [] : [{ text }];
}

/** The blocks with the cache point of what they were made from, unless there are none. */
function marked<Block>(
  blocks: Block[],
  source: JsonObject,
  family: ModelFamily,
): (Block | CachePoint)[] {
  const point = cachePointOf(source, "messages", family);
  return point === null || blocks.length === 0 ? blocks : [...blocks, point];
}
