// A system message in mid-conversation, where a dialect has none there: marked, never a user's plain words.

/** The text as a part of a user's turn, the same in every dialect. */
export function taggedSystemText(text: string): string {
  return `<system>\n${text}\n</system>`;
}
