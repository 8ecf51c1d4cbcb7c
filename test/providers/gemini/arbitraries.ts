// Chat requests of any kind that the API takes, for property tests.
import fc from "fast-check";

const text = fc.oneof(fc.constant(""), fc.string({ unit: "grapheme", maxLength: 8 }));
const textPart = fc.record({ type: fc.constant("text"), text });
const callId = fc.constantFrom("call_1", "gid-a", "gid-b", "toolu_9", "gid-");
const fnName = fc.constantFrom("look", "wait_1", "9bad", "a-b", "no such");
const odd = fc.constantFrom(
  "data:image/png;base64,AAAA",
  "data:text/plain,a%20b",
  "data:broken",
  "https://x.example/a.png",
  "https://youtu.be/abc",
  "gs://b/c.pdf",
  "nonsense",
);
/** Mostly what belongs into the place: else nearly every request would be refused for it. */
const urlFor = (good: string) => fc.oneof({ arbitrary: fc.constant(good), weight: 6 }, odd);
const userPart = fc.oneof(
  textPart,
  fc.record({
    type: fc.constant("image_url"),
    image_url: fc.record({ url: urlFor("data:image/png;base64,AAAA") }),
  }),
  fc.record({
    type: fc.constant("video_url"),
    video_url: fc.record({ url: urlFor("https://youtu.be/abc") }),
  }),
  fc.record({
    type: fc.constant("file"),
    file: fc.record({
      file_data: fc.option(urlFor("data:application/pdf;base64,JVBE")),
      file_id: fc.option(fc.constant("file-1")),
    }),
  }),
  fc.record({
    type: fc.constant("input_audio"),
    input_audio: fc.record({
      data: fc.constant("AAAA"),
      format: fc.constantFrom("wav", "mp3", "pcm16", "?"),
    }),
  }),
);
const customCall = fc.record({
  id: callId,
  type: fc.constant("custom"),
  custom: fc.record({ name: fnName, input: text }),
});
const functionCall = fc.record({
  id: callId,
  type: fc.constant("function"),
  function: fc.record({
    name: fnName,
    arguments: fc.oneof(fc.json({ maxDepth: 2 }), text),
  }),
  extra_content: fc.option(
    fc.constantFrom({ google: { thought_signature: "s" } }, { google: 1 }, {}),
  ),
});
const toolCall = fc.oneof({ arbitrary: functionCall, weight: 4 }, customCall);
const texts = fc.oneof(text, fc.array(textPart, { maxLength: 2 }));
const resultPart = fc.oneof(
  textPart,
  fc.record({
    type: fc.constant("image_url"),
    image_url: fc.record({
      url: fc.constantFrom("data:image/JPG;base64,AAAA", "data:image/gif,x"),
    }),
  }),
  fc.record({
    type: fc.constant("file"),
    file: fc.record({
      file_data: fc.constantFrom("data:text/csv,a", "data:audio/wav;base64,AAAA"),
    }),
  }),
);
const resultContent = fc.oneof(
  texts,
  fc.json({ maxDepth: 2 }),
  fc.array(resultPart, { maxLength: 3 }),
);
const message = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer"), content: texts }),
  fc.record({
    role: fc.constant("user"),
    content: fc.oneof(text, fc.array(userPart, { maxLength: 3 })),
  }),
  fc.record(
    {
      role: fc.constant("assistant"),
      content: fc.option(texts),
      refusal: fc.option(text),
      tool_calls: fc.option(fc.array(toolCall, { maxLength: 3 })),
    },
    { requiredKeys: ["role"] },
  ),
  fc.record({
    role: fc.constant("tool"),
    tool_call_id: callId,
    content: resultContent,
  }),
);
/** Calls, and a result for each, in any order, perhaps with a rule in between. */
const answeredCalls = fc
  .tuple(
    fc.array(fc.tuple(toolCall, resultContent), { minLength: 1, maxLength: 3 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([pairs, reversed, ruled]) => {
    const results = pairs.map(([{ id }, content]) => ({ role: "tool", tool_call_id: id, content }));
    return [
      { role: "assistant", content: null, tool_calls: pairs.map(([call]) => call) },
      ...(ruled ? [{ role: "system", content: "Be brief." }] : []),
      ...(reversed ? results.reverse() : results),
    ];
  });
const conversation = fc
  .array(
    fc.oneof(
      { arbitrary: message.map((only): object[] => [only]), weight: 2 },
      { arbitrary: answeredCalls, weight: 1 },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((turns) => turns.flat());
const schema = fc.dictionary(
  fc.constantFrom(
    "type",
    "const",
    "enum",
    "properties",
    "items",
    "anyOf",
    "allOf",
    "$ref",
    "$defs",
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const tool = fc.record({
  type: fc.constant("function"),
  function: fc.record(
    {
      name: fnName,
      description: fc.option(text),
      parameters: fc.option(schema),
      strict: fc.option(fc.boolean()),
    },
    { requiredKeys: ["name"] },
  ),
});
const named = fc.record({ type: fc.constant("function"), function: fc.record({ name: fnName }) });
const toolChoice = fc.oneof(
  fc.constantFrom("auto", "none", "required"),
  named,
  fc.record({
    type: fc.constant("allowed_tools"),
    allowed_tools: fc.record({
      mode: fc.constantFrom("auto", "required"),
      tools: fc.array(named, { maxLength: 2 }),
    }),
  }),
);
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
export const request = fc.record(
  {
    model: fc.constant("asked"),
    messages: conversation,
    temperature: number(0, 2),
    top_p: number(0, 1),
    stop: fc.oneof(text, fc.array(text, { maxLength: 7 })),
    top_k: fc.integer({ min: 1, max: 100 }),
    seed: fc.maxSafeInteger(),
    n: fc.integer({ min: 1, max: 4 }),
    presence_penalty: number(-2, 2),
    frequency_penalty: number(-2, 2),
    logprobs: fc.boolean(),
    top_logprobs: fc.integer({ min: 0, max: 20 }),
    tools: fc.array(tool, { maxLength: 3 }),
    tool_choice: toolChoice,
    parallel_tool_calls: fc.boolean(),
    reasoning_effort: fc.constantFrom("none", "minimal", "low", "medium", "high", "max", "odd"),
    response_format: fc.oneof(
      fc.record({ type: fc.constantFrom("text", "json_object") }),
      fc.record({
        type: fc.constant("json_schema"),
        json_schema: fc.record({ name: fc.constant("x"), schema: fc.option(schema) }),
      }),
    ),
    modalities: fc.constantFrom(["text"], ["text", "audio"]),
    service_tier: fc.constantFrom("auto", "flex", "default"),
  },
  { requiredKeys: ["model", "messages"] },
);
export const model = fc.constantFrom(
  "gemini-2.0-flash",
  "gemini-2.5-pro",
  "gemini-2.5-flash",
  "gemini-3.1-pro",
  "gemini-4-hydrogen",
  "gemma-3-4b-it",
);
