// Google's credentials: the kinds that the server takes, and where it finds them.
import { z } from "zod";
import { lazy } from "../../base/lazy.ts";
import { type Environment, readVariable } from "../environment.ts";
import { isObject, parseJson } from "../shared/json.ts";

/** Where Google exchanges credentials for access tokens, unless a key file says otherwise. */
export const TOKEN_URL = "https://oauth2.googleapis.com/token";

/** Made when a key file is read: few servers have one. */
const keyFile = lazy(() => {
  const text = z.string().min(1);
  const serviceAccount = z.object({
    type: z.literal("service_account"),
    client_email: text,
    /** In PEM. */
    private_key: text,
    private_key_id: text.optional().catch(undefined),
    token_uri: text.catch(TOKEN_URL).refine(isGoogles),
  });
  /** A person's own sign-in, as `gcloud auth application-default login` leaves it. */
  const authorizedUser = z.object({
    type: z.literal("authorized_user"),
    client_id: text,
    client_secret: text,
    refresh_token: text,
  });
  return z.discriminatedUnion("type", [serviceAccount, authorizedUser]);
});

/** What a key file holds, in its own names. */
export type KeyFile = z.infer<ReturnType<typeof keyFile>>;

export type ServiceAccount = Extract<KeyFile, { type: "service_account" }>;

export type GoogleCredentials =
  | KeyFile
  /** The machine's own identity on Google's cloud. */
  | { type: "metadata" }
  /** A token that someone else renews; it is sent until the server is started anew. */
  | { type: "token"; accessToken: string };

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
    return { type: "token", accessToken };
  }
  const path = readVariable(env, ["GOOGLE_APPLICATION_CREDENTIALS"]);
  if (path === null) {
    // Never guessed: off Google's cloud the address of its metadata server is somebody else's.
    const isHere = readVariable(env, ["GOOGLE_VERTEX_METADATA"]) === "1";
    return isHere ? { type: "metadata" } : null;
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
export function parseGoogleCredentials(text: string): KeyFile {
  const file = parseJson(text);
  if (!isObject(file)) {
    throw new Error("the Google credentials are not a JSON object");
  }
  const { data, error } = keyFile().safeParse(file);
  if (data !== undefined) {
    return data;
  }
  const name = String(error.issues[0]?.path[0]);
  const type = String(file.type).slice(0, 40);
  const faults: Record<string, string> = {
    type: ` must be of type service_account or authorized_user, not ${type}`,
    token_uri: "' token_uri is not an address of googleapis.com",
  };
  throw new Error(`the Google credentials${faults[name] ?? ` lack ${name}`}`);
}

/** A key file from a stranger must not decide who gets a signed assertion. */
function isGoogles(address: string): boolean {
  const url = URL.parse(address);
  const isHost = url?.protocol === "https:" && /^(?:[a-z0-9-]+\.)+googleapis\.com$/.test(url.host);
  return isHost && url.username === "" && url.password === "";
}
