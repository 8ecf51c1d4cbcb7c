// What a row of the table of fields is, and the usual kinds of rows.
import type { Fields, RequestName } from "../driver.ts";
import { LOOK } from "../requests.ts";

/** What a dialect does without: a 400 that names the field, its name in the answer's header, or nothing. */
export type Rule = "refused" | "named" | "unfelt";

export interface FieldRow {
  request: Fields;
  /** The request without the field, to which the one with it is compared. */
  beside?: Fields;
  /** A served field's body has it in it; without, a body that differs will do. */
  token?: string | RegExp;
  rule: Rule;
  /** What the header says, or `param` begins with, where that is not the field. */
  says?: string;
  model?: RequestName;
  /** Dialects that follow another rule, by the driver's name, with their reasons. */
  but?: Readonly<Record<string, { rule: Rule; because: string }>>;
}

export type Table<Keys extends PropertyKey> = Record<Keys, FieldRow | readonly FieldRow[]>;
export type Own<Type> = Exclude<keyof Type, "role" | "type">;

export const named = (request: Fields, token?: FieldRow["token"]): FieldRow => ({
  request,
  rule: "named",
  ...(token !== undefined && { token }),
});
export const refused = (request: Fields): FieldRow => ({ request, rule: "refused" });
export const unfelt = (request: Fields): FieldRow => ({ request, rule: "unfelt" });
export const tools = { tools: [LOOK] };
/** Found in a body where the field was served. */
export const TOKEN = "quince";
export const user = (content: unknown, more: Fields = {}): Fields => ({
  role: "user",
  content,
  ...more,
});
