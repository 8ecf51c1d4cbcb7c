// The parts of which a message's content may consist, one schema per `type`.
import { z } from "zod";
import { cacheControl, promptCacheBreakpoint } from "./primitives.ts";

const cacheBreakpoints = {
  cache_control: cacheControl.nullish(),
  prompt_cache_breakpoint: promptCacheBreakpoint.nullish(),
};

const textPart = z.looseObject({
  type: z.literal("text"),
  text: z.string(),
  ...cacheBreakpoints,
});

const refusalPart = z.looseObject({
  type: z.literal("refusal"),
  refusal: z.string(),
});

const imagePart = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({
    url: z.string().min(1).meta({ description: "An http(s) or data: URL." }),
    detail: z.string().nullish().meta({ description: "auto, low, high or original." }),
  }),
  ...cacheBreakpoints,
});

// The format is open: OpenAI takes wav and mp3, others more.
const audioPart = z.looseObject({
  type: z.literal("input_audio"),
  input_audio: z.looseObject({
    data: z.string().min(1).meta({ description: "The sound in base64." }),
    format: z.string().min(1).meta({ description: "wav or mp3, and what else the model takes." }),
  }),
  ...cacheBreakpoints,
});

const filePart = z.looseObject({
  type: z.literal("file"),
  file: z.looseObject({
    file_data: z.string().nullish().meta({ description: "The file as a data: URL." }),
    file_id: z.string().nullish(),
    filename: z.string().nullish(),
  }),
  ...cacheBreakpoints,
});

/** Not OpenAI's, but the AI SDK's OpenAI-compatible provider sends it. */
const videoPart = z.looseObject({
  type: z.literal("video_url"),
  video_url: z.looseObject({ url: z.string().min(1) }),
  ...cacheBreakpoints,
});

/** What a user may send. */
export const userPart = z.discriminatedUnion("type", [
  textPart,
  imagePart,
  audioPart,
  filePart,
  videoPart,
]);

/** What an assistant may have said. */
const assistantPart = z.discriminatedUnion("type", [textPart, refusalPart]);

/** What a tool may give back; which of it a model reads, differs. */
const toolPart = z.discriminatedUnion("type", [textPart, imagePart, filePart]);

/** Content of developer and system messages: text, whole or in parts. */
export const textContent = z.union([z.string(), z.array(textPart)]);
export const toolContent = z.union([z.string(), z.array(toolPart)]);
export const userContent = z.union([z.string(), z.array(userPart)]);
export const assistantContent = z.union([z.string(), z.array(assistantPart)]);
