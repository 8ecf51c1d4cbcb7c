// What an endpoint is: one record, by which the server registers it, checks who calls, and documents it.
import type { EndpointDoc } from "./openapi/endpoint-doc.ts";
import type { Handler, HttpDeps, KeyHandler } from "./route.ts";

/** Where the public API lives; the same endpoints are under the second one, for tools that insist on it. */
export const API_PREFIXES = ["/api/v1/ai", "/v1"] as const;

interface Common {
  /** GET takes HEAD as well. Other methods of the path are answered 405. */
  method: "GET" | "POST";
  /** Under each of API_PREFIXES, or at the path alone. */
  under: "api" | "root";
  /** As `/models`; a `*` at its end stands for the rest, slashes included, which is `call.rest`. */
  path: string;
  /** Loaded when the document is built, for which no start waits. Null for the files of a page, which are nobody's to call. */
  doc: (() => Promise<EndpointDoc>) | null;
}

/** Returns what answers; null where this server's configuration leaves the endpoint out. Called once a server. */
type Create<H> = (deps: HttpDeps) => H | null;

export type Endpoint = Common &
  (
    | { access: "key"; create: Create<KeyHandler> }
    /** `operator`: for who sends the operator's token; not there without one. */
    | { access: "open" | "operator"; create: Create<Handler> }
  );

export type Access = Endpoint["access"];

/** Its paths, the documented one first. */
export function pathsOf({ under, path }: Pick<Endpoint, "under" | "path">): string[] {
  return under === "root" ? [path] : API_PREFIXES.map((prefix) => prefix + path);
}
