// Local references of JSON schemas.
import type { JsonObject } from "./json.ts";

/** What a local reference (`#`, `#/$defs/Node`) points at; undefined for anything else. */
export function resolveReference(root: unknown, reference: unknown): unknown {
  if (typeof reference !== "string" || !/^#(?:\/|$)/.test(reference)) {
    return undefined;
  }
  let node = root;
  for (const step of reference.split("/").slice(1)) {
    const name = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    const isEntry = typeof node === "object" && node !== null && Object.hasOwn(node, name);
    node = isEntry ? (node as JsonObject)[name] : undefined;
  }
  return node;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
