// Media of a request: fetched where that is possible, and what is refused.
import { describe, expect, test } from "bun:test";
import { inlineMedia } from "../../../src/providers/shared/inline-media.ts";
import { callOf } from "../support.ts";
import { build, CLAUDE, LLAMA, NOVA, never, toolCall } from "./support.ts";

const user = (content: unknown) => ({ role: "user", content });

describe("media by URL", () => {
  const messages = [user([{ type: "image_url", image_url: { url: "https://h/a.png" } }])];
  test("is fetched where that is possible", async () => {
    const seen: string[] = [];
    const fetchMedia = async (url: string) => {
      seen.push(url);
      return { mimeType: "image/PNG; q=1", bytes: Buffer.from("hi") };
    };
    const call = callOf({ messages }, { upstreamModel: CLAUDE });
    const inlined = await inlineMedia(call, fetchMedia, never);
    const { body } = await build({ messages: inlined.request.messages });
    expect(body.messages[0]?.content).toEqual([
      { image: { format: "png", source: { bytes: "aGk=" } } },
    ]);
    expect(seen).toEqual(["https://h/a.png"]);
    expect(call.request.messages).toEqual(messages as never);
    const image = (at: number) => ({ type: "image_url", image_url: { url: `https://h/${at}` } });
    const many = (count: number) =>
      callOf({ messages: [user([...Array(count).keys()].map(image))] });
    expect(await inlineMedia(many(20), fetchMedia, never)).toBeDefined();
    await expect(inlineMedia(many(21), fetchMedia, never)).rejects.toMatchObject({
      status: 400,
      param: "messages[0].content[20].image_url.url",
    });
  });

  test("is refused where it is not", async () => {
    await expect(build({ messages })).rejects.toMatchObject({
      status: 400,
      param: "messages[0].content[0].image_url.url",
    });
    await expect(inlineMedia(callOf({ messages }), null, never)).rejects.toMatchObject({
      status: 400,
      param: "messages[0].content[0].image_url.url",
    });
  });
});

const part = (value: object) => [user([value])];
test.each([
  [part({ type: "image_url", image_url: { url: "ftp://x" } }), "image_url.url"],
  [part({ type: "image_url", image_url: { url: "data:image/png,%89" } }), "image_url.url"],
  [part({ type: "image_url", image_url: { url: "data:image/bmp;base64,aGk=" } }), "image_url.url"],
  [part({ type: "file", file: { file_id: "f" } }), "file.file_id"],
  [part({ type: "file", file: { file_data: "data:a/b;base64,aGk=" } }), "file.file_data"],
  [part({ type: "input_audio", input_audio: { data: "!", format: "mp3" } }), "input_audio"],
  [part({ type: "input_audio", input_audio: { data: "aa", format: "mod" } }), "input_audio"],
  [part({ type: "video_url", video_url: { url: "https://h/v" } }), ""],
])("%j is refused", async (messages, field) => {
  const param = `messages[0].content[0]${field && `.${field}`}`;
  await expect(build({ messages })).rejects.toMatchObject({ status: 400, param });
});

const office = "application/vnd.openxmlformats-officedocument";
test.each([
  ["application/pdf", "a.pdf", "pdf"],
  ["application/msword", "a.doc", "doc"],
  [`${office}.wordprocessingml.document`, "a.docx", "docx"],
  ["application/vnd.ms-excel", "a.xls", "xls"],
  [`${office}.spreadsheetml.sheet`, "a.xlsx", "xlsx"],
  ["text/csv", "a.csv", "csv"],
  ["text/html", "a.html", "html"],
  ["text/markdown", "a.md", "md"],
  ["text/plain", "a.txt", "txt"],
  ["application/json", "a.json", "txt"],
  ["text/x-python", "a.py", "txt"],
  ["application/octet-stream", "a.PDF", "pdf"],
])("a file of type %s, named %s, is a document of format %s", async (type, filename, format) => {
  const file = { file_data: `data:${type};base64,aGk=`, filename };
  for (const model of [CLAUDE, NOVA, LLAMA]) {
    const { body } = await build({ messages: part({ type: "file", file }) }, model);
    expect(body.messages[0]?.content[0]).toEqual({
      document: { format, name: "a", source: { bytes: "aGk=" } },
    });
  }
});

describe("in the results of tools", () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } };
  const words = { type: "text", text: "here" };
  const messages = [
    user("go"),
    { role: "assistant", tool_calls: [toolCall("c", "f", "{}")] },
    { role: "tool", tool_call_id: "c", content: [words, image] },
  ];

  test.each([CLAUDE, NOVA])("%s takes them", async (model) => {
    const { body } = await build({ messages }, model);
    expect(body.messages[2]?.content).toEqual([
      {
        toolResult: {
          toolUseId: "c",
          content: [{ text: "here" }, { image: { format: "png", source: { bytes: "aGk=" } } }],
        },
      },
    ]);
  });

  test("others are refused them", async () => {
    await expect(build({ messages }, LLAMA)).rejects.toMatchObject({
      status: 400,
      param: "messages[2].content[1]",
    });
  });
});
