// What is wrong with a setting, in words for the operator: its path, and what is expected there.
import { z } from "zod";
import { configSchema } from "./schema.ts";

/** Names under which a key is written into the file, where it must not stand. */
const KEY_NAME = /^(?:api)?[-_]?(?:key|token|secret)$/i;

/** One line for an issue; it never repeats a value, which may be a secret. */
export function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownSetting(issue.path, key)).join("; ");
  }
  return path === "" ? expectation(issue) : `${path}: ${expectation(issue)}`;
}

/** The path of what an issue is about, for finding its line. */
export function pathOf(issue: z.core.$ZodIssue): readonly PropertyKey[] {
  const [key] = issue.code === "unrecognized_keys" ? issue.keys : [];
  return key === undefined ? issue.path : [...issue.path, key];
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") {
    return "expected a name of small letters, digits and dashes";
  }
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const choices = issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation));
    return [...new Set(choices)].join(", or ");
  }
  return issue.message
    .replace(/^(?:Invalid input|Invalid option|Too big|Too small): /, "")
    .replace(/\b(?:object|record)\b/, "settings")
    .replace(/\bint\b/, "a whole number")
    .replace("received", "got");
}

function unknownSetting(parents: readonly PropertyKey[], key: string): string {
  const path = [...parents, key].map(String).join(".");
  if (parents[0] === "providers" && KEY_NAME.test(key)) {
    return (
      `${path}: keys do not belong in the file: name the environment variable that holds it ` +
      `with ${[...parents, "apiKeyEnv"].map(String).join(".")}`
    );
  }
  const known = settingsAt(parents);
  return `${path}: unknown setting; expected one of ${known.join(", ")}`;
}

/** The names of the settings under a path. */
function settingsAt(path: readonly PropertyKey[]): string[] {
  let schema: z.core.JSONSchema.BaseSchema = z.toJSONSchema(configSchema, {
    io: "input",
    unrepresentable: "any",
  });
  for (const part of path) {
    const next = schema.properties?.[String(part)] ?? schema.additionalProperties;
    if (typeof next !== "object") return [];
    schema = next;
  }
  return Object.keys(schema.properties ?? {});
}
