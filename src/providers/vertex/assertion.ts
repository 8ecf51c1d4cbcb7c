// The signed statement with which a service account asks for a token (RFC 7523).
import type { ServiceAccount } from "./credentials.ts";

const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/** The longest that Google accepts, in seconds. */
const LIFETIME_SECONDS = 3_600;

const ALGORITHM = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

const PEM = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/;

/**
 * A JSON Web Token signed with RS256. WebCrypto does all of it: a library would only join three
 * strings with dots.
 * @param nowMs the wall clock
 * @throws Error when the private key is not an RSA key in PKCS #8; nothing of it is shown
 */
export async function signAssertion(account: ServiceAccount, nowMs: number): Promise<string> {
  const { privateKeyId, clientEmail, tokenUrl, privateKeyPem } = account;
  const issued = Math.floor(nowMs / 1_000);
  const header = { alg: "RS256", typ: "JWT", ...(privateKeyId !== null && { kid: privateKeyId }) };
  const claims = {
    iss: clientEmail,
    scope: SCOPE,
    aud: tokenUrl,
    iat: issued,
    exp: issued + LIFETIME_SECONDS,
  };
  const content = `${encode(JSON.stringify(header))}.${encode(JSON.stringify(claims))}`;
  const key = await importKey(privateKeyPem);
  const signature = await crypto.subtle.sign(ALGORITHM, key, Buffer.from(content));
  return `${content}.${Buffer.from(signature).toString("base64url")}`;
}

async function importKey(pem: string): Promise<CryptoKey> {
  const base64 = PEM.exec(pem)?.[1] ?? "";
  try {
    const der = Buffer.from(base64, "base64");
    return await crypto.subtle.importKey("pkcs8", der, ALGORITHM, false, ["sign"]);
  } catch (cause) {
    throw new Error("the service account's private key cannot be read", { cause });
  }
}

const encode = (text: string): string => Buffer.from(text).toString("base64url");
