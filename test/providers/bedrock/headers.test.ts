// Where a call to Bedrock goes, and its signature, checked against another implementation's.
import { describe, expect, test } from "bun:test";
import { operationUrl, runtimeBaseUrl } from "../../../src/providers/bedrock/endpoint.ts";
import { assertSendable, callHeaders } from "../../../src/providers/bedrock/headers.ts";
import { ACCESS_KEY } from "./support.ts";

test.each([
  ["us-east-1", "https://bedrock-runtime.us-east-1.amazonaws.com"],
  ["us-gov-west-1", "https://bedrock-runtime.us-gov-west-1.amazonaws.com"],
  ["cn-north-1", "https://bedrock-runtime.cn-north-1.amazonaws.com.cn"],
  ["eusc-de-east-1", "https://bedrock-runtime.eusc-de-east-1.amazonaws.eu"],
])("the address of %s", (region, url) => {
  expect(runtimeBaseUrl(region)).toBe(url);
});

test.each(["", "us-east", "evil.example/", "us-east-1.evil.example", "US-EAST-1"])(
  "%p is no region",
  (region) => {
    expect(() => runtimeBaseUrl(region)).toThrow("not an AWS region");
  },
);

test("a model's id is one segment of the path", () => {
  const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1";
  expect(operationUrl("https://h/", arn, "converse-stream")).toBe(
    "https://h/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3A" +
      "application-inference-profile%2Fa1/converse-stream",
  );
});

const options = { region: "eu-central-1", credentials: ACCESS_KEY, headers: {} };

// Made with @smithy/signature-v4 5.7.5, the signer of AWS's own SDK.
describe("a signature is the one that AWS's SDK makes", () => {
  const base = "https://bedrock-runtime.eu-central-1.amazonaws.com";
  test("with a session token", async () => {
    const body = '{"messages":[{"role":"user","content":[{"text":"Grüße ✓"}]}]}';
    const url = operationUrl(base, "eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "converse");
    const credentials = { ...ACCESS_KEY, sessionToken: "SESSIONTOKEN/+=" };
    const request = { url, body, accept: "application/json" };
    expect(await callHeaders({ ...options, credentials }, request, "20260102T030405Z")).toEqual({
      accept: "application/json",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "user-agent": "aacflow",
      "x-amz-date": "20260102T030405Z",
      "x-amz-security-token": "SESSIONTOKEN/+=",
      authorization:
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/eu-central-1/bedrock/aws4_request, " +
        "SignedHeaders=host;x-amz-date;x-amz-security-token, " +
        "Signature=bb65d997c358390faf98f8bc8e2fee5c2a69caa804c0f3cddb8bb9326f100888",
    });
  });

  test("of an ARN", async () => {
    const arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3";
    const request = { url: operationUrl(base, arn, "converse"), body: "{}", accept: "*/*" };
    const headers = await callHeaders(options, request, "20260102T030405Z");
    expect(headers.authorization).toEndWith(
      "SignedHeaders=host;x-amz-date, " +
        "Signature=601e91d4a851dd7e58f9f22b2af88cadf2a42823305f9d7d935efd21df4bf483",
    );
  });
});

test("a bearer token goes as it is, and configured headers cannot replace it", async () => {
  const headers = { Authorization: "Bearer other", "X-Extra": "1" };
  const credentials = { bearerToken: "bedrock-api-key-abc" };
  const request = { url: "https://h/", body: "{}", accept: "application/json" };
  expect(await callHeaders({ ...options, credentials, headers }, request)).toEqual({
    accept: "application/json",
    "accept-encoding": "identity",
    "content-type": "application/json",
    "user-agent": "aacflow",
    "x-extra": "1",
    authorization: "Bearer bedrock-api-key-abc",
  });
});

test("what cannot be sent fails at start, its value not shown", () => {
  const bad = [
    { ...options, credentials: { bearerToken: "se\ncret" } },
    { ...options, credentials: { ...ACCESS_KEY, secretAccessKey: "" } },
    { ...options, headers: { "x-a": "se\ncret" } },
  ];
  for (const each of bad) {
    expect(() => assertSendable(each)).toThrow(/sent/);
    expect(() => assertSendable(each)).not.toThrow(/\ncret/);
  }
});
