// The media of one request: each URL fetched once, within one bound, with the field in the refusal.
import { describe, expect, test } from "bun:test";
import { invalidRequest, upstreamError } from "../../../src/base/errors.ts";
import type { MediaFetcher } from "../../../src/providers/media/fetcher.ts";
import {
  MAX_FETCHED_BYTES,
  MAX_FETCHED_MEDIA,
  RequestMedia,
} from "../../../src/providers/media/request-media.ts";
import { rejection } from "../support.ts";
import { never } from "./support.ts";

const bytes = new Uint8Array([1, 2]);

function mediaOf(fetchMedia: MediaFetcher | null, signal = never) {
  return new RequestMedia(fetchMedia, signal);
}

test("a URL in several places is fetched once, its type without parameters", async () => {
  const urls: string[] = [];
  const media = mediaOf(async (url) => {
    urls.push(url);
    return { mimeType: " Image/PNG; x=y", bytes };
  });
  const [one, other] = await Promise.all([media.get("u", "a"), media.get("u", "b")]);
  expect(one).toEqual({ mimeType: "image/png", base64: "AQI=" });
  expect([other, urls]).toEqual([one, ["u"]]);
});

describe("refusals", () => {
  test.each<[string, MediaFetcher | null, object]>([
    ["no fetcher", null, { status: 400, param: "here" }],
    [
      "the fetcher's own, with the field",
      () => Promise.reject(invalidRequest("no", "messages", "invalid_image_url")),
      { status: 400, param: "here", message: "no", code: "invalid_image_url" },
    ],
    [
      "a fault says nothing of itself",
      () => Promise.reject(new Error("10.0.0.1")),
      { status: 400, param: "here", message: "The URL could not be fetched." },
    ],
    ["an upstream's", () => Promise.reject(upstreamError("down")), { status: 502 }],
  ])("%s", async (_, fetchMedia, expected) => {
    expect(await rejection(mediaOf(fetchMedia).get("u", "here"))).toMatchObject(expected);
  });

  test("one URL too many, and bytes too many", async () => {
    const media = mediaOf(async () => ({ mimeType: "image/png", bytes }));
    for (let index = 0; index < MAX_FETCHED_MEDIA; index += 1) await media.get(`${index}`, "x");
    await media.get("0", "known already");
    expect(await rejection(media.get("new", "last"))).toMatchObject({ status: 400, param: "last" });

    const half = new Uint8Array(MAX_FETCHED_BYTES / 2);
    const large = mediaOf(async () => ({ mimeType: "image/png", bytes: half }));
    await large.get("1", "x");
    await large.get("2", "x");
    expect(await rejection(large.get("3", "third"))).toMatchObject({ status: 400, param: "third" });
  });

  test("the client's own reason comes first", async () => {
    const client = new AbortController();
    const media = mediaOf(() => {
      client.abort("left");
      return Promise.reject(new Error("stopped"));
    }, client.signal);
    expect(await rejection(media.get("u", "x"))).toBe("left");
  });
});
