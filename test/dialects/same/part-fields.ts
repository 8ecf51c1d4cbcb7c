// Every field of the parts of a user's message, with what becomes of it where a dialect has no counterpart.
import type {
  ChatCompletionContentPart,
  ChatCompletionContentPartImage,
  ChatCompletionContentPartText,
} from "openai/resources/chat/completions";
import type { Fields } from "../driver.ts";
import { PNG } from "../requests.ts";
import { type FieldRow, type Own, type Rule, type Table, TOKEN, user } from "./field-row.ts";

type Part<Type extends string> = Extract<ChatCompletionContentPart, { type: Type }>;

const PIXEL = `data:image/png;base64,${PNG}`;
const FILE = `data:text/plain;base64,${Buffer.from("It rains.").toString("base64")}`;
/** A part of a user's message. */
const inPart = (
  rule: Rule,
  part: Fields,
  without: Fields,
  more: Partial<FieldRow> = {},
): FieldRow => ({
  request: { messages: [user([{ type: "text", text: "Look." }, part])] },
  beside: { messages: [user([{ type: "text", text: "Look." }, without])] },
  rule,
  model: "image",
  ...more,
});
const image = (more: Fields = {}) => ({ type: "image_url", image_url: { url: PIXEL, ...more } });
const file = (more: Fields = {}) => ({ type: "file", file: { file_data: FILE, ...more } });
const text = (more: Fields = {}) => ({ type: "text", text: "a", ...more });
const says = "messages";

export const PART_TABLE: Table<
  | `text.${Own<ChatCompletionContentPartText>}`
  | `image_url.${keyof ChatCompletionContentPartImage.ImageURL}`
  | `file.${keyof Part<"file">["file"]}`
  | `input_audio.${keyof Part<"input_audio">["input_audio"]}`
> = {
  "text.text": inPart("refused", text({ text: TOKEN }), text(), { token: TOKEN, says }),
  "text.prompt_cache_breakpoint": inPart(
    "unfelt",
    text({ prompt_cache_breakpoint: { mode: "explicit" } }),
    text(),
  ),
  "image_url.url": inPart("refused", image(), text(), { says }),
  "image_url.detail": inPart("named", image({ detail: "high" }), image(), { token: '"high"' }),
  "file.file_data": inPart("refused", file(), text(), { says }),
  "file.file_id": inPart("refused", { type: "file", file: { file_id: TOKEN } }, text(), { says }),
  "file.filename": inPart("named", file({ filename: `${TOKEN}.txt` }), file(), { token: TOKEN }),
  "input_audio.data": inPart(
    "refused",
    { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
    text(),
    { says },
  ),
  "input_audio.format": inPart(
    "refused",
    { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
    text(),
    { says },
  ),
};
