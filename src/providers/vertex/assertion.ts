// The signed statement with which a service account asks for a token (RFC 7523).
import { createPrivateKey, sign } from "node:crypto";
import type { ServiceAccount } from "./credentials.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** The longest that Google accepts, in seconds. */
const LIFETIME_SECONDS = 3_600;

/**
 * A JSON Web Token signed with RS256. The runtime does all of it: a library would only join three
 * strings with dots.
 * @param nowMs the wall clock
 * @throws Error when the private key is not an RSA key in PEM; nothing of it is shown
 */
export function signAssertion(account: ServiceAccount, nowMs: number): string {
  const { private_key_id: kid, client_email: iss, token_uri: aud, private_key: pem } = account;
  const issued = Math.floor(nowMs / 1_000);
  const header = { alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) };
  const claims = { iss, scope: SCOPE, aud, iat: issued, exp: issued + LIFETIME_SECONDS };
  const content = [header, claims].map((part) => encode(JSON.stringify(part))).join(".");
  return `${content}.${encode(rsaSignature(content, pem))}`;
}

function rsaSignature(content: string, pem: string): Buffer {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "rsa") return sign("sha256", Buffer.from(content), key);
  } catch {
    // Said below: the runtime's own words could show a part of the key.
  }
  throw new Error("the service account's private key cannot be read");
}

const encode = (data: string | Buffer): string => Buffer.from(data).toString("base64url");
