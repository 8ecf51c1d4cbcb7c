// Requests of all kinds that the gateway lets through, for property tests.
import fc from "fast-check";

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** An object with the required fields and any of the others. */
function some(required: Fields, optional: Fields = {}): fc.Arbitrary<Record<string, unknown>> {
  const requiredKeys = Object.keys(required);
  return fc.record({ ...required, ...optional }, { requiredKeys: requiredKeys as never[] });
}

const one = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const words = fc.oneof(one("", " ", "\n", "hello", "grüß 🙂", "a  "), fc.string({ maxLength: 8 }));
const callId = one("c1", "c2", "functions.x:0", "call_ü");
const breakpoints = {
  cache_control: one({ type: "ephemeral" }, { type: "ephemeral", ttl: "1h" }, { type: "odd" }),
  prompt_cache_breakpoint: one({ mode: "explicit" }, { mode: "explicit", ttl: "30m" }),
};
const messageMark = { cache_control: breakpoints.cache_control };

const textPart = some({ type: one("text"), text: words }, breakpoints);
const texts = fc.array(textPart, { maxLength: 3 });
const url = one(
  "https://example.com/a.png",
  "data:image/png;base64,AAAA",
  "data:image/bmp;base64,AAAA",
  "data:application/pdf;base64,AAAA",
  "data:text/plain;base64,aGVsbG8=",
  "data:,",
  "not a url",
);
const userPart = fc.oneof(
  { arbitrary: textPart, weight: 6 },
  { arbitrary: some({ type: one("image_url"), image_url: some({ url }) }, breakpoints), weight: 2 },
  {
    arbitrary: some(
      { type: one("file"), file: some({}, { file_data: url, filename: words, file_id: words }) },
      breakpoints,
    ),
    weight: 2,
  },
  some({ type: one("input_audio"), input_audio: some({ data: one("AA"), format: one("wav") }) }),
);

const json = one("{}", "", '{"a":{"b":[1,null]}}', "[]", "broken");
const toolCall = fc.oneof(
  some({
    id: callId,
    type: one("function"),
    function: some({ name: one("f", "g"), arguments: json }),
  }),
  some({ id: callId, type: one("custom"), custom: some({ name: one("f"), input: words }) }),
);

const system = some(
  { role: one("system", "developer"), content: fc.oneof(words, texts) },
  messageMark,
);
const user = some(
  { role: one("user"), content: fc.oneof(words, fc.array(userPart, { maxLength: 3 })) },
  { name: words, ...messageMark },
);
const assistant = some(
  { role: one("assistant"), content: fc.oneof(words, texts, fc.constant(null)) },
  { refusal: words, reasoning_content: words, ...messageMark },
);
const toolMessage = some(
  { role: one("tool"), tool_call_id: callId, content: fc.oneof(words, texts) },
  messageMark,
);

/** An assistant's calls with their results, mostly as they should be. */
const exchange = fc
  .tuple(fc.uniqueArray(toolCall, { minLength: 1, maxLength: 3, selector: (it) => it.id }), words)
  .chain(([toolCalls, content]) => {
    const results = toolCalls.map(({ id }) => ({ role: "tool", tool_call_id: id, content }));
    const asking = { role: "assistant", content, tool_calls: toolCalls };
    return fc
      .tuple(
        fc.shuffledSubarray(results, { minLength: results.length }),
        fc.oneof({ arbitrary: one<object[]>([]), weight: 5 }, fc.array(system, { maxLength: 1 })),
      )
      .map(([answers, between]): object[] => [asking, ...between, ...answers]);
  });

const messages = fc
  .array(
    fc.oneof(
      { arbitrary: user.map((it): object[] => [it]), weight: 8 },
      { arbitrary: assistant.map((it): object[] => [it]), weight: 6 },
      { arbitrary: system.map((it): object[] => [it]), weight: 4 },
      { arbitrary: exchange, weight: 5 },
      toolMessage.map((it): object[] => [it]),
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((groups) => groups.flat());

const schema = one<Record<string, unknown>>(
  {},
  { type: "object", properties: { a: { type: "string", minLength: 1 } }, required: ["a"] },
  { type: "object", additionalProperties: true },
  { $ref: "#/$defs/t", $defs: { t: { type: "array", items: { $ref: "#/$defs/t" } } } },
);
const tool = some(
  {
    type: one("function"),
    function: some(
      { name: one("f", "g", "json") },
      { description: words, parameters: schema, strict: fc.boolean() },
    ),
  },
  messageMark,
);
const toolChoice = fc.oneof(
  one("none", "auto", "required"),
  some({ type: one("function"), function: some({ name: one("f", "g") }) }),
  some({
    type: one("allowed_tools"),
    allowed_tools: some({
      mode: one("auto", "required"),
      tools: fc.array(one({ type: "function", function: { name: "f" } }), { maxLength: 2 }),
    }),
  }),
);
const format = one("text", "json_object", "json_schema").chain((type) =>
  type === "json_schema"
    ? some({ type: one(type), json_schema: some({ name: one("x") }, { schema }) })
    : some({ type: one(type) }),
);

const rarely = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, value);
const refusedNowAndThen = {
  n: fc.oneof({ arbitrary: one(1), weight: 30 }, one(2)),
  logprobs: fc.oneof({ arbitrary: one(false), weight: 30 }, one(true)),
  modalities: fc.oneof({ arbitrary: one(["text"]), weight: 30 }, one(["text", "audio"])),
};

export const requestArbitrary = some(
  { model: one("m"), messages },
  {
    ...refusedNowAndThen,
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    stop: fc.oneof(words, fc.array(words, { maxLength: 4 })),
    tools: fc.uniqueArray(tool, {
      maxLength: 3,
      selector: (it) => JSON.stringify((it.function as { name: string }).name),
    }),
    tool_choice: rarely(toolChoice),
    parallel_tool_calls: fc.boolean(),
    response_format: format,
    reasoning_effort: one("none", "minimal", "low", "medium", "high", "xhigh", "max"),
    seed: fc.integer(),
    frequency_penalty: one(0, 1),
    logit_bias: one({ 5: 1 }),
    verbosity: one("low"),
    store: fc.boolean(),
    metadata: one({ a: "b" }),
    user: fc.string({ maxLength: 300 }),
    safety_identifier: words,
    service_tier: one("auto", "default", "flex", "priority"),
    prompt_cache_key: words,
    cache_control: breakpoints.cache_control,
    unknown_field: fc.jsonValue({ maxDepth: 1 }),
  },
);
