// Media that a request names by URLs, put into it as bytes.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { inlineMedia } from "../../../src/providers/shared/inline-media.ts";
import { callOf, rejection } from "../support.ts";

const never = new AbortController().signal;
const image = (url: string) => ({ type: "image_url", image_url: { url, detail: "low" } });
const file = (data: string) => ({ type: "file", file: { file_data: data, filename: "f" } });
const png = async () => ({ mimeType: "Image/PNG; a=b", bytes: new Uint8Array([1, 2]) });
const PNG_URL = "data:image/png;base64,AQI=";

describe("URLs", () => {
  test("of images and files, in any message, are fetched once each and replaced", async () => {
    const fetched: string[] = [];
    const call = callOf({
      messages: [
        { role: "user", content: [image("https://h/a"), file(" HTTPS://h/b "), image("data:,x")] },
        { role: "user", content: "https://h/c" },
        { role: "tool", tool_call_id: "c", content: [image("https://h/a")] },
      ],
    });
    const before = structuredClone(call);
    const { request } = await inlineMedia(
      call,
      (url) => {
        fetched.push(url);
        return png();
      },
      never,
    );
    expect(request.messages as unknown).toEqual([
      { role: "user", content: [image(PNG_URL), file(PNG_URL), image("data:,x")] },
      { role: "user", content: "https://h/c" },
      { role: "tool", tool_call_id: "c", content: [image(PNG_URL)] },
    ]);
    expect(fetched.sort()).toEqual(["HTTPS://h/b", "https://h/a"]);
    expect(call).toEqual(before);
  });

  test("that are none leave the call as it is", async () => {
    const call = callOf({ messages: [{ role: "user", content: [image(PNG_URL)] }] });
    expect(await inlineMedia(call, null, never)).toBe(call);
  });

  test("that cannot be had refuse the request by their field", async () => {
    const call = callOf({ messages: [{ role: "user", content: [file("https://h/a")] }] });
    for (const fetchMedia of [null, async () => ({ mimeType: "?", bytes: new Uint8Array() })]) {
      const error = (await rejection(inlineMedia(call, fetchMedia, never))) as ApiError;
      expect(error).toBeInstanceOf(ApiError);
      expect([error.status, error.param]).toEqual([400, "messages[0].content[0].file.file_data"]);
    }
  });
});
