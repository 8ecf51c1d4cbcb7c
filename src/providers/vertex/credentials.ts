// Google's credentials: the kinds that the server takes, and where it finds them.
import { type Environment, readVariable } from "../environment.ts";
import { isObject, type JsonObject, nonEmptyString, parseJson } from "../shared/json.ts";

/** Where Google exchanges credentials for access tokens, unless a key file says otherwise. */
export const TOKEN_URL = "https://oauth2.googleapis.com/token";

export interface ServiceAccount {
  kind: "service_account";
  clientEmail: string;
  /** PKCS #8 in PEM, as the key file holds it. */
  privateKeyPem: string;
  privateKeyId: string | null;
  tokenUrl: string;
}

/** A person's own sign-in, as `gcloud auth application-default login` leaves it. */
export interface AuthorizedUser {
  kind: "authorized_user";
  clientId: string;
  clientSecret: string;
  refreshToken: string;
}

/** The machine's own identity on Google's cloud. */
export interface MetadataServer {
  kind: "metadata";
}

/** A token that someone else renews; it is sent until the server is started anew. */
export interface FixedToken {
  kind: "token";
  accessToken: string;
}

export type GoogleCredentials = ServiceAccount | AuthorizedUser | MetadataServer | FixedToken;

/**
 * Finds the credentials: `GOOGLE_VERTEX_ACCESS_TOKEN` as it is, else the file that
 * `GOOGLE_APPLICATION_CREDENTIALS` names, else the machine's own identity where
 * `GOOGLE_VERTEX_METADATA=1` says that it has one. Null when none is set.
 * @param readFile gives a file's text; whatever it throws is the operator's to read
 * @throws Error, fit for the operator and without any secret, when the file is of no use
 */
export function findGoogleCredentials(
  env: Environment,
  readFile: (path: string) => string,
): GoogleCredentials | null {
  const accessToken = readVariable(env, ["GOOGLE_VERTEX_ACCESS_TOKEN"]);
  if (accessToken !== null) {
    return { kind: "token", accessToken };
  }
  const path = readVariable(env, ["GOOGLE_APPLICATION_CREDENTIALS"]);
  if (path === null) {
    // Never guessed: off Google's cloud the address of its metadata server is somebody else's.
    const isHere = readVariable(env, ["GOOGLE_VERTEX_METADATA"]) === "1";
    return isHere ? { kind: "metadata" } : null;
  }
  let text: string;
  try {
    text = readFile(path);
  } catch (cause) {
    throw new Error("GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read", { cause });
  }
  return parseGoogleCredentials(text);
}

/**
 * Reads a key file of Google's.
 * @throws Error, fit for the operator and without any secret, when it is of another kind, lacks a
 * field, or would have its key's signature sent to another host
 */
export function parseGoogleCredentials(text: string): ServiceAccount | AuthorizedUser {
  const file = parseJson(text);
  if (!isObject(file)) {
    throw new Error("the Google credentials are not a JSON object");
  }
  if (file.type === "service_account") {
    return {
      kind: "service_account",
      clientEmail: field(file, "client_email"),
      privateKeyPem: field(file, "private_key"),
      privateKeyId: nonEmptyString(file.private_key_id),
      tokenUrl: tokenUrl(nonEmptyString(file.token_uri) ?? TOKEN_URL),
    };
  }
  if (file.type === "authorized_user") {
    return {
      kind: "authorized_user",
      clientId: field(file, "client_id"),
      clientSecret: field(file, "client_secret"),
      refreshToken: field(file, "refresh_token"),
    };
  }
  throw new Error(
    "the Google credentials must be of type service_account or authorized_user, " +
      `not ${String(file.type).slice(0, 40)}`,
  );
}

function field(file: JsonObject, name: string): string {
  const value = nonEmptyString(file[name]);
  if (value === null) {
    throw new Error(`the Google credentials lack ${name}`);
  }
  return value;
}

/** A key file from a stranger must not decide who gets a signed assertion. */
function tokenUrl(text: string): string {
  const url = URL.parse(text);
  const isGoogle =
    url?.protocol === "https:" && /^(?:[a-z0-9-]+\.)+googleapis\.com$/.test(url.host);
  if (url === null || !isGoogle || url.username !== "" || url.password !== "") {
    throw new Error("the Google credentials' token_uri is not an address of googleapis.com");
  }
  return url.href;
}
