// Chat bodies that are made to keep a server busy: lists, maps and texts as large as they can be sent.

const REST = '"model":"gpt-4o-mini","max_tokens":1';
const HELLO = '"messages":[{"role":"user","content":"hi"}]';

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(",");

const fill = (bytes: number, unit: string): string =>
  unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));

const content = (text: string) => `{${REST},"messages":[{"role":"user","content":"${text}"}]}`;
const withField = (field: string) => `{${REST},${HELLO},${field}}`;
const assistant = (field: string) => `{${REST},"messages":[{"role":"assistant",${field}}]}`;
const call = (args: string) =>
  assistant(
    `"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"${args}"}}]`,
  );
const parts = (count: number, part: string) =>
  `{${REST},"messages":[{"role":"user","content":[${list(count, () => part)}]}]}`;

/** By name: the body for a size of at most so many bytes, as JSON text. */
export const hostileBodies: Record<string, (maxBytes: number) => string> = {
  "bad logit_bias": () => withField(`"logit_bias":{${list(240_000, (i) => `"${i}":"x"`)}}`),
  "bad metadata": () => withField(`"metadata":{${list(240_000, (i) => `"k${i}":1`)}}`),
  "bad tool calls": () => assistant(`"tool_calls":[${list(80_000, () => "{}")}]`),
  "bad tool calls below the limit": () => assistant(`"tool_calls":[${list(9_999, () => "{}")}]`),
  "reasoning details": () => assistant(`"reasoning_details":[${list(9_999, (i) => `{"${i}":1}`)}]`),
  "image parts": () =>
    parts(40_000, '{"type":"image_url","image_url":{"url":"https://a.example/"}}'),
  "image parts below the limit": () =>
    parts(9_999, '{"type":"image_url","image_url":{"url":"https://a.example/"}}'),
  "bad parts": () => parts(9_999, '{"type":"image_url"}'),
  "bad messages": () => `{${REST},"messages":[${list(9_999, () => '{"role":"x"}')}]}`,
  messages: () => `{${REST},"messages":[${list(9_999, () => '{"role":"user","content":"a"}')}]}`,
  "messages of parts": () =>
    `{${REST},"messages":[${list(9_999, () => '{"role":"user","content":[{"type":"text","text":"a"}]}')}]}`,
  "messages of many fields": () =>
    `{${REST},"messages":[${list(40, (m) => `{"role":"user","content":"a",${list(2_000, (i) => `"${m}_${i}":null`)}}`)}]}`,
  "large tools": () =>
    withField(
      `"tools":[${list(512, (t) => `{"type":"function","function":{"name":"t","parameters":{${list(180, (i) => `"${t}_${i}":1`)}}}}`)}]`,
    ),
  "many stop sequences": () => withField(`"stop":[${list(9_999, () => '"a"')}]`),
  "bad modalities": () => withField(`"modalities":[${list(9_999, () => "1")}]`),
  "unknown fields": () => withField(list(2_000, (i) => `"f${i}":[${list(40, () => "1")}]`)),
  "fields without end": () => `{${list(240_000, (i) => `"f${i}":1`)}}`,
  "fields of other names each": () => withField(`"a":[${list(9_999, (i) => `{"n${i}":1}`)}]`),
  "fields that are numbers": () =>
    withField(
      `"a":[${list(48, (a) => `{${list(2_000, (i) => `"${a * 7919 + i * 104_729}":1`)}}`)}]`,
    ),
  "empty lists": () => withField(`"a":[${list(9, () => `[${list(9_999, () => "[]")}]`)}]`),
  "nested without end": (max) => `{"a":${fill(Math.min(max, 4_000_000), "[")}`,
  blanks: (max) => `{${fill(max - 100, " ")}}`,
  "one long number": (max) => `{"a":${fill(max - 100, "1")}}`,
  "a long seed": (max) => withField(`"seed":${fill(max - 200, "1")}`),
  "arguments of many fields": () => call(`{${list(200_000, (i) => `\\"k${i}\\":${i}`)}}`),
  "arguments of many values": (max) => call(`[${fill(max / 4, "1,")}1]`),
  "escaped characters": (max) => content(fill(max - 200, "\\n")),
  "escaped quotes": (max) => content(fill(max - 200, '\\"')),
  "escapes by number": (max) => content(fill(max - 200, "\\ud83d\\ude00")),
  "plain text": (max) => content(fill(max - 200, "some words of a text ")),
  "lines of text": (max) =>
    content(
      fill(
        Math.min(max - 200, 20_000_000),
        "some words of a long line of text with more of them\\n",
      ),
    ),
  emoji: (max) => content(fill(max - 200, "😀")),
  "an image in base64": (max) =>
    parts(
      1,
      `{"type":"image_url","image_url":{"url":"data:image/png;base64,${fill(max - 400, "QUJD")}"}}`,
    ),
};
