// Fetching images: what is given, what is refused, and that nothing inside can be reached.
import { describe, expect, test } from "bun:test";
import { createMediaFetcher } from "../../../src/providers/media/fetcher.ts";
import { fetchingIsOff } from "../../../src/providers/media/refusal.ts";
import { eventually, rawServer } from "../support.ts";
import { fetcherOf, NOT_FETCHED, never, PNG, png, refusal, serve, TLS } from "./support.ts";

describe("what is given", () => {
  test("the bytes and their type; only the name is sent along", async () => {
    using server = serve(() => png());
    const got = await fetcherOf()(`${server.url}/a.png?b=c`, never);
    expect(got).toEqual({ mimeType: "image/png", bytes: PNG });
    const [request] = server.requests;
    expect(request).toEqual({
      method: "GET",
      url: `${server.url}/a.png?b=c`,
      headers: {
        accept: "image/*",
        "accept-encoding": "identity",
        host: new URL(server.url).host,
        "user-agent": "aacflow",
      },
    });
  });

  test("over TLS, with the certificate checked for the name", async () => {
    using server = serve(() => png(), true);
    const got = await fetcherOf({ ca: TLS.cert })(`${server.url}/`, never);
    expect(got.mimeType).toBe("image/png");
    const other = server.url.replace("images.example", "other.example");
    const error = await refusal(fetcherOf({ ca: TLS.cert })(other, never));
    expect(error.message).toBe(NOT_FETCHED);
    await refusal(fetcherOf()(`${server.url}/`, never));
    expect(server.requests).toHaveLength(1);
  });

  test("the type that the bytes have, where the server calls it another image", async () => {
    using server = serve(() => png({ headers: { "content-type": "IMAGE/JPEG; q=1" } }));
    expect((await fetcherOf()(server.url, never)).mimeType).toBe("image/png");
  });

  test("each over a connection of its own, as one is checked for one name only", async () => {
    await using server = await rawServer((socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n");
      socket.write(`content-length: ${PNG.length}\r\n\r\n`);
      socket.write(PNG);
    });
    const fetcher = fetcherOf();
    await fetcher(server.url, never);
    await fetcher(server.url, never);
    expect(server.connections).toBe(2);
    expect(await eventually(() => server.open === 0, 1_000)).toBe(true);
  });

  test("from the next address when one is out of reach, and no further", async () => {
    using server = serve(() => png());
    const isAllowedAddress = () => true;
    const dials = (addresses: string[]) =>
      fetcherOf({ isAllowedAddress, lookup: async () => addresses })(server.url, never);
    expect((await dials(["127.0.0.2", "127.0.0.1"])).mimeType).toBe("image/png");
    await refusal(dials(["127.0.0.2", "127.0.0.3", "127.0.0.1"]));
  });

  test("nothing at all when it is switched off", () => {
    const options = { maxBytes: 1, timeoutMs: 1 };
    expect(createMediaFetcher({ ...options, fetchImages: false })).toBeNull();
    expect(fetchingIsOff("messages[0].content[1]")).toMatchObject({
      status: 400,
      param: "messages[0].content[1]",
    });
  });
});

describe("where it leads", () => {
  test.each([
    ["a private address", ["10.0.0.1"]],
    ["the clouds' metadata", ["169.254.169.254"]],
    ["loopback", ["127.0.0.1"]],
    ["loopback in IPv6", ["::1"]],
    ["mapped loopback", ["::ffff:127.0.0.1"]],
    ["one inside among public ones", ["93.184.216.34", "192.168.0.1"]],
    ["no address", []],
    ["something that is none", ["localhost"]],
    ["more addresses than a name has", Array.from({ length: 65 }, () => "93.184.216.34")],
  ])("%s is refused without a word of it", async (_name, addresses) => {
    const options = { fetchImages: true, maxBytes: 100, timeoutMs: 500 };
    const fetcher = createMediaFetcher({ ...options, lookup: async () => addresses });
    const error = await refusal(fetcher?.("http://inside.example/", never) ?? Promise.resolve());
    expect(error.message).toBe(NOT_FETCHED);
  });

  test.each([
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://localhost/",
    "http://localhost./",
  ])("%s is refused by the usual rules and resolver", async (url) => {
    const options = { fetchImages: true, maxBytes: 100, timeoutMs: 2_000 };
    const fetcher = createMediaFetcher(options);
    const error = await refusal(fetcher?.(url, never) ?? Promise.resolve());
    expect(error.message).toBe(NOT_FETCHED);
  });

  test("an unknown name reads like one that leads inside", async () => {
    const lookup = () => Promise.reject(new Error("ENOTFOUND db.internal"));
    const error = await refusal(fetcherOf({ lookup })("http://db.internal/", never));
    expect(error.message).toBe(NOT_FETCHED);
  });

  test("a name that changes its address after the check gains nothing", async () => {
    using inside = serve(() => png());
    const port = new URL(inside.url).port;
    const answers = [["203.0.113.1"], ["127.0.0.1"]];
    let lookups = 0;
    const fetcher = fetcherOf({
      timeoutMs: 300,
      lookup: async () => answers[lookups++] ?? ["127.0.0.1"],
      // What the first lookup gives is "public"; the second one, inside, would be reachable.
      isAllowedAddress: (address) => address === "203.0.113.1",
    });
    // To the system's own resolver this name is the machine itself: a second lookup would get in.
    const error = await refusal(fetcher(`http://localhost:${port}/`, never));
    expect(error.message).toBe(NOT_FETCHED);
    expect([lookups, inside.requests.length]).toEqual([1, 0]);
    await refusal(fetcher(`http://localhost:${port}/`, never));
    expect([lookups, inside.requests.length]).toEqual([2, 0]);
  });

  test("the address that was checked is dialled, whatever the name means to others", async () => {
    using server = serve(() => png());
    const url = server.url.replace("images.example", "does-not-exist.invalid");
    expect((await fetcherOf()(url, never)).mimeType).toBe("image/png");
    expect(server.requests[0]?.headers.host).toStartWith("does-not-exist.invalid:");
  });

  test("a redirect is not followed", async () => {
    using inside = serve(() => png());
    const reachable = inside.url.replace("images.example", "127.0.0.1");
    for (const status of [301, 302, 303, 307, 308]) {
      using server = serve(() => Response.redirect(reachable, status));
      const error = await refusal(fetcherOf()(server.url, never));
      expect(error.message).toBe(NOT_FETCHED);
      expect(server.requests).toHaveLength(1);
    }
    expect(inside.requests).toHaveLength(0);
  });

  test("the environment's proxy is not used", async () => {
    using server = serve(() => png());
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    try {
      expect((await fetcherOf()(server.url, never)).mimeType).toBe("image/png");
    } finally {
      if (before === undefined) {
        delete process.env.HTTP_PROXY;
      } else {
        process.env.HTTP_PROXY = before;
      }
    }
  });
});
