// Local references of JSON schemas.
import type { JsonObject } from "../shared/json.ts";

/** What a local reference (`#/$defs/Node`) points at; undefined for anything else. */
export function resolveReference(root: JsonObject, reference: string): unknown {
  if (!reference.startsWith("#/")) {
    return undefined;
  }
  let node: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const name = unescapeStep(step);
    const isEntry = typeof node === "object" && node !== null && Object.hasOwn(node, name);
    node = isEntry ? (node as JsonObject)[name] : undefined;
  }
  return node;
}

function unescapeStep(step: string): string {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}
