// Google's access tokens: what is sent for them, how long they are kept, and how failures look.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../../src/base/errors.ts";
import { createGoogleTokens, RENEW_BEFORE_MS } from "../../../src/providers/vertex/tokens.ts";
import { rejection } from "../support.ts";
import { ACCOUNT, fakeGoogle, issued, keys, never } from "./support.ts";

const USER = {
  type: "authorized_user",
  client_id: "client",
  client_secret: "secret",
  refresh_token: "refresh",
} as const;

const HOUR_MS = 3_600_000;

describe("what is sent", () => {
  test("a service account's statement, signed with its key", async () => {
    await using google = await fakeGoogle();
    expect(await google.tokens.token(never)).toBe("token-1");
    const [request] = google.requests;
    expect(request).toMatchObject({
      method: "POST",
      url: "https://oauth2.googleapis.com/token",
      proxyUrl: null,
    });
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const form = new URLSearchParams(String(request?.body));
    expect([...form.keys()]).toEqual(["grant_type", "assertion"]);
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
    const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
    expect(read(header)).toEqual({ alg: "RS256", typ: "JWT", kid: "key-1" });
    expect(read(claims)).toEqual({
      iss: "gateway@project.iam.gserviceaccount.com",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      aud: "https://oauth2.googleapis.com/token",
      iat: 1_800_000_000,
      exp: 1_800_003_600,
    });
    const bytes = Buffer.from(signature, "base64url");
    const signed = Buffer.from(`${header}.${claims}`);
    expect(await crypto.subtle.verify("RSASSA-PKCS1-v1_5", keys.publicKey, bytes, signed)).toBe(
      true,
    );
  });

  test("a person's refresh token", async () => {
    await using google = await fakeGoogle(USER);
    expect(await google.tokens.token(never)).toBe("token-1");
    expect(google.requests[0]?.url).toBe("https://oauth2.googleapis.com/token");
    expect(Object.fromEntries(new URLSearchParams(String(google.requests[0]?.body)))).toEqual({
      grant_type: "refresh_token",
      client_id: "client",
      client_secret: "secret",
      refresh_token: "refresh",
    });
  });

  test("the question to the metadata server", async () => {
    await using google = await fakeGoogle({ type: "metadata" });
    expect(await google.tokens.token(never)).toBe("token-1");
    expect(google.requests[0]).toMatchObject({
      method: "GET",
      url:
        "http://metadata.google.internal/computeMetadata/v1" +
        "/instance/service-accounts/default/token",
      body: null,
      headers: { "metadata-flavor": "Google" },
    });
  });

  test("nothing for a token that is given", async () => {
    const credentials = { type: "token", accessToken: "ya29.x" } as const;
    const tokens = createGoogleTokens({ credentials, proxyUrl: null });
    expect(await tokens.token(never)).toBe("ya29.x");
  });
});

describe("how long a token is kept", () => {
  test("until shortly before its end", async () => {
    await using google = await fakeGoogle();
    await google.tokens.token(never);
    google.clock.nowMs += HOUR_MS - RENEW_BEFORE_MS - 1;
    expect(await google.tokens.token(never)).toBe("token-1");
    expect(google.requests).toHaveLength(1);
    google.clock.nowMs += 1;
    expect(await google.tokens.token(never)).toBe("token-2");
    expect(await google.tokens.token(never)).toBe("token-2");
    expect(google.requests).toHaveLength(2);
  });

  test("half its life when that is short", async () => {
    await using google = await fakeGoogle();
    google.answer = () => issued("short", 100);
    await google.tokens.token(never);
    google.clock.nowMs += 49_999;
    await google.tokens.token(never);
    expect(google.requests).toHaveLength(1);
    google.clock.nowMs += 1;
    await google.tokens.token(never);
    expect(google.requests).toHaveLength(2);
  });

  test("to its very end when the renewal fails", async () => {
    await using google = await fakeGoogle();
    await google.tokens.token(never);
    google.answer = () => new Response("", { status: 503 });
    google.clock.nowMs += HOUR_MS - 1;
    expect(await google.tokens.token(never)).toBe("token-1");
    google.clock.nowMs += 1;
    expect(await rejection(google.tokens.token(never))).toMatchObject({ status: 502 });
  });
});

test("callers at the same time share one exchange", async () => {
  await using google = await fakeGoogle();
  google.answer = async () => {
    await Bun.sleep(20);
    return issued("shared");
  };
  const all = await Promise.all(Array.from({ length: 50 }, () => google.tokens.token(never)));
  expect(new Set(all)).toEqual(new Set(["shared"]));
  expect(google.requests).toHaveLength(1);
});

test("one caller's abort does not disturb the others", async () => {
  await using google = await fakeGoogle();
  google.answer = async () => {
    await Bun.sleep(50);
    return issued("shared");
  };
  const controller = new AbortController();
  const leaving = rejection(google.tokens.token(controller.signal));
  const staying = google.tokens.token(never);
  const reason = new Error("gone");
  controller.abort(reason);
  expect(await leaving).toBe(reason);
  expect(await staying).toBe("shared");
  expect(await rejection(google.tokens.token(controller.signal))).toBe(reason);
  expect(google.requests).toHaveLength(1);
});

describe("failures", () => {
  const refusal = { error: "invalid_grant", error_description: "Invalid JWT for a@p.example.com" };
  test.each([
    ["a refusal", () => Response.json(refusal, { status: 400 }), false, 400],
    ["a busy server", () => new Response("", { status: 503 }), undefined, 503],
    ["a redirect", () => Response.redirect("https://h/"), undefined, 302],
    ["no token", () => Response.json({ expires_in: 3_600 }), undefined, undefined],
    ["a token with a line break", () => issued("a\nb"), undefined, undefined],
    ["no lifetime", () => issued("a", null), undefined, undefined],
    ["an absurd lifetime", () => issued("a", -1), undefined, undefined],
    ["no JSON", () => new Response("<html>"), undefined, undefined],
    ["a flood", () => new Response("x".repeat(100_000)), undefined, undefined],
  ])("%s is masked and not remembered", async (_name, answer, shouldRetry, upstreamStatus) => {
    await using google = await fakeGoogle();
    google.answer = answer;
    const error = await rejection(google.tokens.token(never));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 502,
      code: "upstream_error",
      message: "The gateway could not sign in to the provider.",
      shouldRetry,
      upstreamStatus,
    });
    google.answer = null;
    expect(await google.tokens.token(never)).toBe("token-2");
  });

  test("what Google said is in the cause, for the log", async () => {
    await using google = await fakeGoogle();
    google.answer = () => Response.json(refusal, { status: 400 });
    const { cause } = (await rejection(google.tokens.token(never))) as ApiError;
    expect(String(cause)).toBe("Error: invalid_grant: Invalid JWT for [id]");
  });

  test("a key that is none is a failure of the same kind", async () => {
    await using google = await fakeGoogle({ ...ACCOUNT, private_key: "SECRET" });
    const error = (await rejection(google.tokens.token(never))) as ApiError;
    expect(error.message).toBe("The gateway could not sign in to the provider.");
    expect(String(error.cause)).not.toContain("SECRET");
    expect(google.requests).toHaveLength(0);
  });
});
