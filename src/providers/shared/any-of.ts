// Patterns for providers' words, one alternative a line.

/** Matches any of the expressions, in either case. */
export function anyOf(...expressions: string[]): RegExp {
  return new RegExp(expressions.join("|"), "i");
}
