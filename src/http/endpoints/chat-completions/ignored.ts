// What a caller is told of the fields that the provider's dialect could not express.

/** More names, or longer ones, are no help to anybody, and headers have their limits. */
const MAX_FIELDS = 32;
const FIELD_NAME = /^[\w.[\]-]{1,64}$/;

/** The names as one text that is fit for a header, and short enough to be kept with an answer; null for none. */
export function ignoredText(fields: readonly string[] = []): string | null {
  if (fields.length === 0) return null;
  const names = [...new Set(fields)].filter((field) => FIELD_NAME.test(field));
  return names.length === 0 ? null : names.slice(0, MAX_FIELDS).join(", ");
}
