// Google's credentials: where they are found, and which are refused.
import { describe, expect, test } from "bun:test";
import {
  findGoogleCredentials,
  type KeyFile,
  parseGoogleCredentials,
} from "../../../src/providers/vertex/credentials.ts";

const account = {
  type: "service_account",
  project_id: "p",
  private_key_id: "k",
  private_key: "-----BEGIN SECRET-----",
  client_email: "a@p.iam.gserviceaccount.com",
  token_uri: "https://oauth2.googleapis.com/token",
};

const user = {
  type: "authorized_user",
  client_id: "c",
  client_secret: "SECRET",
  refresh_token: "r",
};

test("a service account's file", () => {
  expect(parseGoogleCredentials(JSON.stringify(account))).toEqual({
    type: "service_account",
    client_email: "a@p.iam.gserviceaccount.com",
    private_key: "-----BEGIN SECRET-----",
    private_key_id: "k",
    token_uri: "https://oauth2.googleapis.com/token",
  });
});

test("a person's file", () => {
  expect(parseGoogleCredentials(JSON.stringify({ ...user, quota_project_id: "q" }))).toEqual(
    user as KeyFile,
  );
});

test.each([
  undefined,
  "https://oauth2.googleapis.com/token",
  "https://oauth2.mtls.googleapis.com/token",
])("token_uri %p is Google's", (token_uri) => {
  expect(() => parseGoogleCredentials(JSON.stringify({ ...account, token_uri }))).not.toThrow();
});

test.each([
  "http://oauth2.googleapis.com/token",
  "https://googleapis.com.evil.example/token",
  "https://evil.example/googleapis.com",
  "https://evilgoogleapis.com/token",
  "https://oauth2.googleapis.com:8443/token",
  "https://u:p@oauth2.googleapis.com/token",
  "token",
])("token_uri %p is refused", (token_uri) => {
  expect(() => parseGoogleCredentials(JSON.stringify({ ...account, token_uri }))).toThrow(
    "the Google credentials' token_uri is not an address of googleapis.com",
  );
});

test.each([
  ["SECRET", "the Google credentials are not a JSON object"],
  ["[]", "the Google credentials are not a JSON object"],
  [
    JSON.stringify({ ...user, type: "external_account" }),
    "the Google credentials must be of type service_account or authorized_user, " +
      "not external_account",
  ],
  [JSON.stringify({ ...account, private_key: "" }), "the Google credentials lack private_key"],
  [JSON.stringify({ ...user, refresh_token: 1 }), "the Google credentials lack refresh_token"],
])("%s is refused", (text, message) => {
  expect(() => parseGoogleCredentials(text)).toThrow(message);
  expect(message).not.toContain("SECRET");
});

describe("in the environment", () => {
  const read = (path: string) => {
    if (path !== "/keys/a.json") throw new Error("no such file");
    return JSON.stringify(user);
  };
  const file = "GOOGLE_APPLICATION_CREDENTIALS";

  test("the machine's own identity is used when the operator says so", () => {
    expect(findGoogleCredentials({ GOOGLE_VERTEX_METADATA: "1" }, read)).toEqual({
      type: "metadata",
    });
    expect(findGoogleCredentials({ GOOGLE_VERTEX_METADATA: "0" }, read)).toBeNull();
  });

  test("a token goes before a file", () => {
    const env = { GOOGLE_VERTEX_ACCESS_TOKEN: " ya29.x ", [file]: "/keys/b.json" };
    const found = { type: "token" as const, accessToken: "ya29.x" };
    expect(findGoogleCredentials(env, read)).toEqual(found);
  });

  test("a file, or nothing, or a file that cannot be read", () => {
    const found = findGoogleCredentials({ [file]: "/keys/a.json" }, read);
    expect(found?.type).toBe("authorized_user");
    expect(findGoogleCredentials({ [file]: " " }, read)).toBeNull();
    expect(() => findGoogleCredentials({ [file]: "/keys/b.json" }, read)).toThrow(
      "GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read",
    );
  });
});
