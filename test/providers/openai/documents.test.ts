// Files as Mistral takes them.
import { describe, expect, test } from "bun:test";
import { MISTRAL } from "../../../src/providers/openai/provider-quirks.ts";
import { buildRequest } from "../../../src/providers/openai/request.ts";
import { callOf } from "../support.ts";

const PDF = "data:application/pdf;base64,JVBERi0xLjQ=";

function sent(file: object) {
  const part = { type: "file", file };
  const text = { type: "text", text: "Sum it up" };
  const request = { messages: [{ role: "user", content: [text, part] }] };
  const before = structuredClone(request);
  const { body } = buildRequest(callOf(request), {
    quirks: MISTRAL,
    passFields: undefined,
    stream: false,
  });
  expect(request).toEqual(before);
  return (body.messages as { content: unknown[] }[])[0]?.content;
}

describe("a file part at Mistral", () => {
  const text = { type: "text", text: "Sum it up" };

  test.each([
    [{ file_data: PDF }, { type: "document_url", document_url: PDF }],
    [
      { file_data: PDF, filename: "a.pdf" },
      { type: "document_url", document_url: PDF, document_name: "a.pdf" },
    ],
    [
      { file_data: "data:application/x-pdf;name=a;base64,JVBERi0xLjQ=" },
      { type: "document_url", document_url: PDF },
    ],
    [
      { file_data: "https://example.com/a.pdf" },
      { type: "document_url", document_url: "https://example.com/a.pdf" },
    ],
  ])("%j", (file, document) => {
    expect(sent(file)).toEqual([text, document]);
  });

  test.each<[Record<string, unknown>, string]>([
    [{}, "file_data"],
    [{ file_id: "file-1" }, "file_id"],
    [{ file_data: "" }, "file_data"],
    [{ file_data: "JVBERi0xLjQ=" }, "file_data"],
  ])("%j is refused", (file, field) => {
    let refusal: unknown;
    try {
      sent(file);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      status: 400,
      param: `messages[0].content[1].file.${field}`,
    });
  });
});
