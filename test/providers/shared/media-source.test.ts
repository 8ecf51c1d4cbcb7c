// The URLs in which clients send images, files and sounds.
import { describe, expect, test } from "bun:test";
import {
  base64Text,
  cleanBase64,
  isTextType,
  plainMediaType,
  readMediaSource,
} from "../../../src/providers/shared/media-source.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const bytes = (mediaType: string, text: string) => ({
  kind: "bytes",
  mediaType,
  base64: base64(text),
});

test.each<[string, object]>([
  ["https://h/a.png", { kind: "url", url: "https://h/a.png" }],
  [" HTTP://h/a ", { kind: "url", url: "HTTP://h/a" }],
  [`data:image/png;base64,${base64("hi")}`, bytes("image/png", "hi")],
  [`DATA:image/JPG;BASE64,${base64("hi")}`, bytes("image/jpeg", "hi")],
  [`data:text/csv;charset=utf-8;base64,${base64("ä;b")}`, bytes("text/csv", "ä;b")],
  [`data:;base64,${base64("hi")}`, bytes("text/plain", "hi")],
  ["data:,a%20b", bytes("text/plain", "a b")],
  ["data:text/markdown,%23 %C3%A4", bytes("text/markdown", "# ä")],
  ["data:image/png;base64,aG\nk=", bytes("image/png", "hi")],
  ["data:image/png;base64,aGk", bytes("image/png", "hi")],
  ["data:image/png;base64,aGk%3D", bytes("image/png", "hi")],
  ["data:image/png;base64,-_-_", { kind: "bytes", mediaType: "image/png", base64: "+/+/" }],
])("%s", (url, expected) => {
  expect(readMediaSource(url, "p")).toEqual(expected as never);
});

test.each([
  ...[undefined, null, 5, {}, "", "AAAA", "ftp://h/a", "https://", "file:///etc/passwd"],
  ...["data:", "data:image/png", "data:,", "data:image/png;base64,", "data:image/png;base64,!"],
  ...["data:image/png;base64,A", "data:text/plain,%zz", `data:${"x".repeat(600)},a`],
])("%p is refused", (url) => {
  expect(() => readMediaSource(url, "messages[0]")).toThrow(
    expect.objectContaining({ status: 400, param: "messages[0]" }),
  );
});

describe("types", () => {
  test.each([
    ["image/jpg", "image/jpeg"],
    [" Image/PNG ; q=1", "image/png"],
    ["audio/mp3", "audio/mpeg"],
    ["", ""],
  ])("%p is %p", (given, plain) => {
    expect(plainMediaType(given)).toBe(plain);
  });

  test.each([
    ["text/plain", true],
    ["text/x-python", true],
    ["application/json", true],
    ["application/ld+json", true],
    ["application/x-yaml", true],
    ["application/pdf", false],
    ["application/zip", false],
    ["image/svg+xml", false],
    ["", false],
  ])("%p is text: %p", (type, isText) => {
    expect(isTextType(type)).toBe(isText);
  });
});

test("bytes and their text", () => {
  expect(base64Text(base64("ä"))).toBe("ä");
  expect([cleanBase64("aGk="), cleanBase64("a"), cleanBase64("")]).toEqual(["aGk=", null, null]);
});
