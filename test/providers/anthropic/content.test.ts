// Images, files and cache breakpoints as Anthropic's blocks.
import { describe, expect, test } from "bun:test";
import {
  calls,
  convert,
  done,
  refusal,
  result,
  system,
  text,
  turn,
  turnsOf,
  use,
  user,
} from "./conversation.ts";
import { toolCall, userText } from "./support.ts";

describe("parts", () => {
  const image = (url: string) => ({ type: "image_url", image_url: { url, detail: "low" } });
  const file = (fields: object) => ({ type: "file", file: fields });
  const base64 = (value: string) => Buffer.from(value).toString("base64");
  const document = (source: object, extra: object = {}) => ({ type: "document", source, ...extra });

  test.each([
    [image("https://h/a.png"), { type: "image", source: { type: "url", url: "https://h/a.png" } }],
    [
      image("data:image/png;base64,AAAA"),
      {
        type: "image",
        source: { type: "base64", media_type: "image/png", data: "AAAA" },
      },
    ],
    [
      image("DATA:image/JPG;base64,AAAA"),
      {
        type: "image",
        source: { type: "base64", media_type: "image/jpeg", data: "AAAA" },
      },
    ],
    [
      file({ file_data: "data:application/pdf;base64,AAAA", filename: "a.pdf" }),
      document({ type: "base64", media_type: "application/pdf", data: "AAAA" }, { title: "a.pdf" }),
    ],
    [file({ file_data: "https://h/a.pdf" }), document({ type: "url", url: "https://h/a.pdf" })],
    [
      file({ file_data: `data:text/csv;charset=utf-8;base64,${base64("ä;b")}` }),
      document({ type: "text", media_type: "text/plain", data: "ä;b" }),
    ],
    [
      file({ file_data: "data:,a%20b" }),
      document({ type: "text", media_type: "text/plain", data: "a b" }),
    ],
    [
      file({ file_data: "data:image/webp;base64,AAAA" }),
      {
        type: "image",
        source: { type: "base64", media_type: "image/webp", data: "AAAA" },
      },
    ],
  ])("%j", (part, expected) => {
    expect(turnsOf(user([part])) as object[]).toEqual([turn("user", expected)]);
  });

  const at = "messages[0].content[0]";
  test.each([
    [`${at}.image_url.url`, image("ftp://h/a.png")],
    [`${at}.image_url.url`, image("data:image/tiff;base64,AAAA")],
    [`${at}.image_url.url`, image("data:image/png,%89PNG")],
    [`${at}.file.file_id`, file({ file_id: "file-1" })],
    [`${at}.file.file_data`, file({})],
    [`${at}.file.file_data`, file({ file_data: "AAAA" })],
    [`${at}.file.file_data`, file({ file_data: "data:application/zip;base64,AAAA" })],
    [`${at}.file.file_data`, file({ file_data: "data:text/plain,%zz" })],
    [at, { type: "input_audio", input_audio: { data: "AA", format: "wav" } }],
    [at, { type: "video_url", video_url: { url: "https://h/v" } }],
  ])("refused with param %s", (param, part) => {
    expect(refusal([user([part])])).toEqual([400, param]);
  });
});

describe("cache breakpoints", () => {
  const breakpoint = { cache_control: { type: "ephemeral" } };
  const hour = { cache_control: { type: "ephemeral", ttl: "1h" } };

  test("on parts, messages and results, and OpenAI's breakpoints", () => {
    const { system: blocks, turns } = convert([
      system("s", { cache_control: { type: "ephemeral", ttl: "1h", extra: 1 } }),
      user([
        { ...text("a"), ...breakpoint },
        { ...text(""), ...breakpoint },
      ]),
      calls(toolCall("c", "f", "{}")),
      result("c", "ok", breakpoint),
      user([{ ...text("b"), prompt_cache_breakpoint: { mode: "explicit", ttl: "30m" } }]),
    ]);
    expect(blocks as object[]).toEqual([{ ...text("s"), ...hour }]);
    expect(turns as object[]).toEqual([
      turn("user", { ...text("a"), ...breakpoint }),
      turn("assistant", use("c")),
      turn("user", { ...done("c"), ...breakpoint }, { ...text("b"), ...hour }),
    ]);
  });

  test("a breakpoint on a message is its last block's, and the fifth is one too many", () => {
    const marked = (value: string) => user([text("x"), text(value)], breakpoint);
    const [only] = turnsOf(...["1", "2", "3", "4", "5"].map(marked));
    const found = only?.content.filter((block) => block.cache_control !== undefined);
    expect(found as object[]).toEqual(
      ["1", "2", "3", "4"].map((v) => ({ ...text(v), ...breakpoint })),
    );
  });

  test("other kinds of breakpoints are left out", () => {
    const odd = { cache_control: { type: "forever" } };
    expect(turnsOf(user([{ ...text("a"), ...odd }]))).toEqual([userText("a")]);
  });
});

test("a message of very many parts", () => {
  const parts = Array.from({ length: 300_000 }, () => text("a"));
  expect(turnsOf(user(parts))[0]?.content.length).toBe(300_000);
});
