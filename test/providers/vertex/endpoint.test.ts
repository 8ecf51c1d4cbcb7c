// Where calls to Vertex AI go, as Gemini's and Anthropic's dialects ask for it.
import { expect, test } from "bun:test";
import { vertexEndpoint } from "../../../src/providers/vertex/endpoint.ts";
import { callOf, rejection } from "../support.ts";
import { never } from "./support.ts";

const options = {
  project: "my-project",
  location: "europe-west4",
  tokens: { token: async () => "ya29.token" },
  baseUrl: null,
  headers: { "X-Extra": "1" },
};

const GOOGLE = "/v1/projects/my-project/locations";
const geminiCall = callOf({}, { upstreamModel: "gemini-2.5-pro" });
const claudeCall = callOf({}, { upstreamModel: "claude-sonnet-4-5@20250929" });

const headers = (accept: string) => ({
  accept,
  "accept-encoding": "identity",
  "content-type": "application/json",
  "user-agent": "aacflow",
  authorization: "Bearer ya29.token",
  "x-extra": "1",
});

test.each([
  ["europe-west4", "https://europe-west4-aiplatform.googleapis.com"],
  ["us-central1", "https://us-central1-aiplatform.googleapis.com"],
  ["global", "https://aiplatform.googleapis.com"],
  ["eu", "https://aiplatform.eu.rep.googleapis.com"],
])("Gemini in %s", async (location, host) => {
  const endpoint = vertexEndpoint({ ...options, location }, "google");
  const base = `${host}${GOOGLE}/${location}/publishers/google/models/gemini-2.5-pro`;
  expect(await endpoint(geminiCall, false, never)).toEqual({
    url: `${base}:generateContent`,
    headers: headers("application/json"),
  });
  expect(await endpoint(geminiCall, true, never)).toEqual({
    url: `${base}:streamGenerateContent?alt=sse`,
    headers: headers("text/event-stream"),
  });
});

test("Claude, its version in the body and its model in the address", async () => {
  const endpoint = vertexEndpoint({ ...options, location: "global" }, "anthropic");
  const base =
    `https://aiplatform.googleapis.com${GOOGLE}/global` +
    "/publishers/anthropic/models/claude-sonnet-4-5@20250929";
  const bodyExtras = { anthropic_version: "vertex-2023-10-16" as const };
  expect(await endpoint(claudeCall, false, never)).toEqual({
    url: `${base}:rawPredict`,
    headers: headers("application/json"),
    bodyExtras,
  });
  expect(await endpoint(claudeCall, true, never)).toEqual({
    url: `${base}:streamRawPredict`,
    headers: headers("text/event-stream"),
    bodyExtras,
  });
});

test("an address of the operator's, and a model's name that is no path", async () => {
  const endpoint = vertexEndpoint({ ...options, baseUrl: "https://private.example/" }, "google");
  const call = callOf({}, { upstreamModel: "../x?y" });
  expect((await endpoint(call, false, never)).url).toBe(
    `https://private.example${GOOGLE}/europe-west4` +
      "/publishers/google/models/..%2Fx%3Fy:generateContent",
  );
});

test("a failed sign-in comes through", async () => {
  const failure = new Error("no");
  const tokens = { token: () => Promise.reject(failure) };
  const endpoint = vertexEndpoint({ ...options, tokens }, "anthropic");
  expect(await rejection(endpoint(claudeCall, false, never))).toBe(failure);
});

test.each([
  [{ project: "a/b" }, "not a Google Cloud project"],
  [{ project: "" }, "not a Google Cloud project"],
  [{ location: "evil.example/" }, "not a Google Cloud location"],
  [{ location: "" }, "not a Google Cloud location"],
  [{ baseUrl: "no url" }, "not a URL"],
  [{ headers: { "x-a": "a\nb" } }, 'the header "x-a" cannot be sent'],
])("%j fails at start", (extra, message) => {
  expect(() => vertexEndpoint({ ...options, ...extra }, "google")).toThrow(message);
  expect(() => vertexEndpoint({ ...options, ...extra }, "anthropic")).toThrow(message);
});
