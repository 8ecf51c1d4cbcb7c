// Chat bodies that are made to keep a server busy: lists, maps and texts as large as they can be sent.

const MODEL = "gpt-4o-mini";
const REST = `"model":"${MODEL}","max_tokens":1`;
const HELLO = '"messages":[{"role":"user","content":"hi"}]';

const list = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join(",");

const fill = (bytes: number, unit: string): string =>
  unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));

const content = (text: string) => `{${REST},"messages":[{"role":"user","content":"${text}"}]}`;
const withField = (field: string) => `{${REST},${HELLO},${field}}`;
const assistant = (field: string, results = "") =>
  `{${REST},"messages":[{"role":"user","content":"hi"},{"role":"assistant",${field}}${results}]}`;
/** Calls with their results, without which Claude and Gemini take no history. */
const calls = (ids: readonly string[], args: string) =>
  assistant(
    `"tool_calls":[${ids.map((id) => toolCall(id, args)).join(",")}]`,
    ids.map((id) => `,{"role":"tool","tool_call_id":"${id}","content":"b"}`).join(""),
  );
const call = (args: string) => calls(["c"], args);
const toolCall = (id: string, args: string) =>
  `{"id":"${id}","type":"function","function":{"name":"f","arguments":"${args}"}}`;
const ids = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const format = (schema: string) =>
  `{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object",${schema}}}}`;
const references = (count: number) => list(count, (i) => `"p${i}":{"$ref":"#/$defs/a"}`);
const refTool = (tool: number) =>
  `{"type":"function","function":{"name":"t${tool}","parameters":{"type":"object","properties":{${references(1_000)}},"$defs":{"a":{"type":"string"}}}}}`;
const parts = (count: number, part: string) =>
  `{${REST},"messages":[{"role":"user","content":[${list(count, () => part)}]}]}`;

/** A body for another model than the usual, or for a stream; the rest of it is as it was. */
export const asked = (body: string, model: string, stream = false): string =>
  body.replace(REST, () => `${REST.replace(MODEL, model)}${stream ? ',"stream":true' : ""}`);

/** By name: the body for a size of at most so many bytes, as JSON text. */
export const hostileBodies: Record<string, (maxBytes: number) => string> = {
  "bad logit_bias": () => withField(`"logit_bias":{${list(240_000, (i) => `"${i}":"x"`)}}`),
  "bad metadata": () => withField(`"metadata":{${list(240_000, (i) => `"k${i}":1`)}}`),
  "bad tool calls": () => assistant(`"tool_calls":[${list(80_000, () => "{}")}]`),
  "bad tool calls below the limit": () => assistant(`"tool_calls":[${list(2_048, () => "{}")}]`),
  "tool calls": () => calls(ids(2_048), "{}"),
  "tool calls of many fields": () => calls(ids(200), `{${list(60, (i) => `\\"k${i}\\":${i}`)}}`),
  "calls of one long text each": (max) =>
    calls(ids(60), `{\\"a\\":\\"${fill(Math.min(max / 66, 240_000), "word ")}\\"}`),
  "reasoning details": () => assistant(`"reasoning_details":[${list(2_048, (i) => `{"${i}":1}`)}]`),
  "image parts": () =>
    parts(40_000, '{"type":"image_url","image_url":{"url":"https://a.example/"}}'),
  "image parts below the limit": () =>
    parts(2_048, '{"type":"image_url","image_url":{"url":"https://a.example/"}}'),
  "too many parts": () => parts(2_049, '{"type":"text","text":"a"}'),
  "marked parts": () =>
    parts(2_048, '{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}'),
  "files by name": () => parts(2_048, '{"type":"file","file":{"file_id":"f"}}'),
  "bad parts": () => parts(2_048, '{"type":"image_url"}'),
  "bad messages": () => `{${REST},"messages":[${list(9_999, () => '{"role":"x"}')}]}`,
  messages: () => `{${REST},"messages":[${list(9_999, () => '{"role":"user","content":"a"}')}]}`,
  "messages of parts": () =>
    `{${REST},"messages":[${list(8_000, () => '{"role":"user","content":[{"type":"text","text":"a"}]}')}]}`,
  "messages of many fields": () =>
    `{${REST},"messages":[${list(29, (m) => `{"role":"user","content":"a",${list(2_000, (i) => `"f${m}_${i}":null`)}}`)}]}`,
  "large tools": () =>
    withField(
      `"tools":[${list(512, (t) => `{"type":"function","function":{"name":"t${t}","parameters":{${list(90, (i) => `"p${t}_${i}":1`)}}}}`)}]`,
    ),
  "a schema of references": () =>
    withField(
      `"response_format":${format(`"properties":{${references(2_000)}},"$defs":{"a":{}}`)}`,
    ),
  "schemas of references": () => withField(`"tools":[${list(20, (t) => refTool(t))}]`),
  "a deep schema": () =>
    withField(
      `"response_format":${format(`"properties":${'{"a":{"properties":'.repeat(25)}{}${"}}".repeat(25)}`)}`,
    ),
  "many stop sequences": () => withField(`"stop":[${list(9_999, () => '"a"')}]`),
  "bad modalities": () => withField(`"modalities":[${list(9_999, () => "1")}]`),
  "unknown fields": () => withField(list(2_000, (i) => `"f${i}":[${list(40, () => "1")}]`)),
  "fields without end": () => `{${list(240_000, (i) => `"f${i}":1`)}}`,
  "fields of other names each": () =>
    withField(`"a":[${list(3, (a) => `[${list(9_000, (i) => `{"n${a}_${i}":1}`)}]`)}]`),
  "numbers of 17 digits": () =>
    withField(`"a":[${list(3, () => `[${list(9_000, () => "12345678901234567")}]`)}]`),
  "fields that are numbers": () =>
    withField(
      `"a":[${list(6, (a) => `{${list(2_000, (i) => `"${a * 7919 + i * 104_729}":1`)}}`)}]`,
    ),
  "empty lists": () => withField(`"a":[${list(3, () => `[${list(9_999, () => "[]")}]`)}]`),
  "nested without end": (max) => `{"a":${fill(Math.min(max, 4_000_000), "[")}`,
  blanks: (max) => `{${fill(max - 100, " ")}}`,
  "blanks below the limit": (max) =>
    `{${REST},${HELLO}${fill(Math.min(max - 100, 8_000_000), " ")}}`,
  "a long name": (max) => withField(`"${fill(max - 200, "a")}":1`),
  "one long number": (max) => `{"a":${fill(max - 100, "1")}}`,
  "a long seed": (max) => withField(`"seed":${fill(max - 200, "1")}`),
  "arguments of many fields": () => call(`{${list(200_000, (i) => `\\"k${i}\\":${i}`)}}`),
  "arguments below the limit": () =>
    call(`{${list(12, (a) => `\\"a${a}\\":{${list(2_000, (i) => `\\"f${a}_${i}\\":1`)}}`)}}`),
  "arguments of one long text": (max) =>
    call(`{\\"a\\":\\"${fill(Math.min(max - 400, 15_000_000), "好")}\\"}`),
  "arguments of many values": (max) => call(`[${fill(max / 4, "1,")}1]`),
  "a tool's long result": (max) =>
    assistant(
      `"tool_calls":[${toolCall("c", "{}")}]`,
      `,{"role":"tool","tool_call_id":"c","content":"${fill(max - 400, "some words of a text ")}"}`,
    ),
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
  "Latin letters": (max) => content(fill(max - 200, "é")),
  "Chinese letters": (max) => content(fill(max - 200, "好")),
  "short texts": (max) =>
    parts(4_000, `{"type":"text","text":"${fill(Math.min(max / 4_200, 3_500), "好")}"}`),
  "texts of 60 kB": (max) =>
    parts(500, `{"type":"text","text":"${fill(Math.min(max / 520, 60_000), "a")}"}`),
  "escapes of one emoji below the limit": () => content(`😀${fill(1_900_000, "\\u0000".slice(1))}`),
  "line ends below the limit": () => content(fill(2_000_000, "\\n".slice(1))),
  "a text file": (max) =>
    parts(
      1,
      `{"type":"file","file":{"filename":"a.txt","file_data":"data:text/plain;base64,${fill(max - 400, "YWJj")}"}}`,
    ),
  "an image beside an emoji": (max) =>
    parts(
      1,
      `{"type":"text","text":"😀"},{"type":"image_url","image_url":{"url":"data:image/png;base64,${fill(max - 400, "QUJD")}"}}`,
    ),
  "an image in base64": (max) =>
    parts(
      1,
      `{"type":"image_url","image_url":{"url":"data:image/png;base64,${fill(max - 400, "QUJD")}"}}`,
    ),
};
