// Server-sent events as providers write them.

/** An event that has nothing but its data. */
export const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;

/** An event whose name is the type that its data states. */
export const namedEvent = (data: { type?: unknown; [field: string]: unknown }): string =>
  `event: ${data.type}\n${event(data)}`;
