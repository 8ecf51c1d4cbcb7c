// The headings of the documentation, in their order.

export const TAGS = {
  Chat: "Conversations with a model.",
  Models: "What can be asked.",
  Credits: "What is left, and what a request cost.",
  Operation: "For operators; no API key needed.",
};

export type Tag = keyof typeof TAGS;
