// An image's URL before anything is looked up, and what bytes make an image.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { sniffImage } from "../../../src/providers/media/read-image.ts";
import { readTarget } from "../../../src/providers/media/target.ts";

function refusalOf(url: string): ApiError {
  try {
    readTarget(url);
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
  }
  throw new Error(`expected a refusal of ${url}`);
}

describe("the URL", () => {
  test("is taken apart", () => {
    expect(readTarget("https://Images.Example/a b?c=d#e")).toEqual({
      protocol: "https:",
      host: "images.example",
      isAddress: false,
      port: "",
      hostHeader: "images.example",
      path: "/a%20b?c=d",
    });
    expect(readTarget("http://images.example:80/").port).toBe("");
    expect(readTarget("http://8.8.8.8/x.png")).toMatchObject({
      host: "8.8.8.8",
      isAddress: true,
    });
    expect(readTarget("https://[2606:4700::1]/")).toMatchObject({
      host: "2606:4700::1",
      isAddress: true,
      hostHeader: "[2606:4700::1]",
    });
  });

  test.each([
    ["ftp://images.example/a.png", "https:"],
    ["file:///etc/passwd", "URL"],
    ["data:image/png;base64,AAAA", "URL"],
    ["gopher://images.example/", "https:"],
    ["javascript:alert(1)", "URL"],
    ["images.example/a.png", "URL"],
    ["", "URL"],
    ["http://", "URL"],
    ["https://user@images.example/", "user name"],
    ["https://user:secret@images.example/", "user name"],
    ["https://:secret@images.example/", "user name"],
    ["https://images.example:8443/", "port"],
    ["http://images.example:22/", "port"],
    ["https://images.example:80/", "port"],
    ["http://images.example:443/", "port"],
    [`https://images.example/${"a".repeat(9_000)}`, "too long"],
  ])("%p is refused", (url, word) => {
    const error = refusalOf(url);
    expect([error.status, error.code, error.param]).toEqual([400, "invalid_image_url", "messages"]);
    expect(error.message).toContain(word);
    expect(error.message).not.toContain("secret");
  });

  test.each([
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://134744072/",
    "http://0x08.8.8.8/",
    "http://8.8.8.8./",
    "http://%38.8.8.8/",
    "http://８.8.8.8/",
    "http:\\\\8.8.8.8/",
    "http://8.8\n.8.8/",
    "http://[::ffff:8.8.8.8]/",
    "http://[2606:4700:0::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
  ])("%p is refused for its notation", (url) => {
    expect(refusalOf(url).message).toContain("notation");
  });
});

describe("the bytes", () => {
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

  test.each([
    ["\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"],
    ["\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"],
    ["GIF87a", "image/gif"],
    ["GIF89a\x01", "image/gif"],
    ["RIFF\n\0\r\u0085WEBPVP8 ", "image/webp"],
    ["\0\0\0\x18ftypheic\0\0\0\0", "image/heic"],
    ["\0\0\0\x18ftypmif1\0\0\0\0", "image/heif"],
  ])("%p", (head, mimeType) => {
    expect(sniffImage(bytes(head))).toBe(mimeType);
  });

  test.each([
    "",
    "GIF8",
    "RIFF....WAVE",
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "<!doctype html>",
    "%PDF-1.7",
    " \x89PNG\r\n\x1a\n",
    "SSH-2.0-OpenSSH_9.9",
    "\0\0\0\x18ftypisom",
  ])("%p is no image", (head) => {
    expect(sniffImage(bytes(head))).toBeNull();
  });
});
