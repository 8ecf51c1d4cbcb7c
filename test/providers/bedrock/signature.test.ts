// A call's signature, checked on what came over the wire.
import { afterAll, expect, test } from "bun:test";
import { createHash, createHmac } from "node:crypto";
import { createBedrockAdapter } from "../../../src/providers/bedrock/adapter.ts";
import { json, startRawUpstream } from "../../support/raw-upstream.ts";
import { callOf } from "../support.ts";
import { ACCESS_KEY, CLAUDE, never, optionsFor } from "./support.ts";

const upstream = await startRawUpstream();
afterAll(() => upstream.close());

const call = (request: Record<string, unknown>) => callOf(request, { upstreamModel: CLAUDE });

const answer = {
  output: { message: { role: "assistant", content: [{ text: "hi" }] } },
  stopReason: "end_turn",
  usage: { inputTokens: 2, outputTokens: 1 },
};

// Worked out from what came over the wire, as AWS's guide to Signature Version 4 says.
function expectedSignature(path: string, headers: Record<string, string>, body: string): string {
  const hash = (text: string) => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string) =>
    createHmac("sha256", key).update(text).digest();
  const date = headers["x-amz-date"] ?? "";
  const scope = [date.slice(0, 8), "eu-central-1", "bedrock", "aws4_request"];
  const encodedPath = path.split("/").map(encodeURIComponent).join("/");
  const canonical = [
    "POST",
    encodedPath,
    "",
    `host:${headers.host}`,
    `x-amz-date:${date}`,
    "",
    "host;x-amz-date",
    hash(body),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, scope.join("/"), hash(canonical)].join("\n");
  let key: string | Buffer = `AWS4${ACCESS_KEY.secretAccessKey}`;
  for (const part of scope) {
    key = hmac(key, part);
  }
  return hmac(key, toSign).toString("hex");
}

test("what goes over the wire is signed as it is", async () => {
  upstream.answer(json(answer));
  const adapter = createBedrockAdapter(optionsFor(upstream.url));
  const messages = [{ role: "user", content: "Grüße ✓ \u2028 'quoted'" }];
  await adapter.complete(call({ messages }), never);
  const request = upstream.requests.at(-1);
  expect(request?.path).toBe(`/model/${encodeURIComponent(CLAUDE)}/converse`);
  expect(request?.body).toEqual({
    messages: [{ role: "user", content: [{ text: "Grüße ✓ \u2028 'quoted'" }] }],
    inferenceConfig: { maxTokens: 100 },
  });
  const headers = request?.headers ?? {};
  const signature = expectedSignature(request?.path ?? "", headers, JSON.stringify(request?.body));
  expect(headers.authorization).toEndWith(`Signature=${signature}`);
});
