// Any valid chat request, for the property test.
import fc from "fast-check";

const word = fc.string({ maxLength: 8 });
const name = fc.stringMatching(/^[a-z]{1,6}$/);
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const some = (fields: Record<string, fc.Arbitrary<unknown>>, required: string[] = ["type"]) =>
  fc.record(fields, { requiredKeys: required });

const textPart = some(
  {
    type: fc.constant("text"),
    text: word,
    prompt_cache_breakpoint: fc.constant({ mode: "explicit" }),
  },
  ["type", "text"],
);
const textContent = fc.oneof(word, fc.array(textPart, { maxLength: 3 }));
const userPart = fc.oneof(
  { weight: 4, arbitrary: textPart },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("image_url"),
      image_url: some({ url: name, detail: orNull(fc.constantFrom("low", "auto")) }, ["url"]),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("file"),
      file: some({ file_data: name, file_id: orNull(name), filename: name }, []),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ type: "input_audio", input_audio: { data: "AA", format: "wav" } }),
  },
);
const toolCall = fc.oneof(
  fc.record({
    id: name,
    type: fc.constant("function"),
    function: fc.record({ name, arguments: word }),
  }),
  fc.record({ id: name, type: fc.constant("custom"), custom: fc.record({ name, input: word }) }),
);
const message = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ role: fc.constantFrom("system", "developer"), content: textContent }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      role: fc.constant("user"),
      content: fc.oneof(word, fc.array(userPart, { maxLength: 3 })),
    }),
  },
  {
    weight: 4,
    arbitrary: some(
      {
        role: fc.constant("assistant"),
        content: orNull(
          fc.oneof(
            word,
            fc.array(
              fc.oneof(textPart, fc.record({ type: fc.constant("refusal"), refusal: word })),
              {
                maxLength: 2,
              },
            ),
          ),
        ),
        refusal: orNull(word),
        tool_calls: orNull(fc.array(toolCall, { maxLength: 2 })),
        reasoning_content: word,
      },
      ["role"],
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({ role: fc.constant("tool"), content: textContent, tool_call_id: name }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ role: fc.constant("function"), name, content: orNull(word) }),
  },
);
const parameters = fc.constantFrom({}, { type: "object" });
const format = fc.constantFrom(
  { type: "text" },
  { type: "grammar", grammar: { syntax: "regex", definition: "a" } },
);
const toolOffer = fc.oneof(
  fc.record({
    type: fc.constant("function"),
    function: some(
      {
        name,
        description: orNull(word),
        parameters: orNull(parameters),
        strict: orNull(fc.boolean()),
      },
      ["name"],
    ),
  }),
  fc.record({
    type: fc.constant("custom"),
    custom: some({ name, description: orNull(word), format: orNull(format) }, ["name"]),
  }),
);
const namedChoice = fc.oneof(
  fc.record({ type: fc.constant("function"), function: fc.record({ name }) }),
  fc.record({ type: fc.constant("custom"), custom: fc.record({ name }) }),
);
/** Requests that the gateway takes, with fields that the Responses API lacks among them. */
export const chatRequest = some(
  {
    model: fc.constant("m"),
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    tools: fc.array(toolOffer, { maxLength: 2 }),
    tool_choice: fc.oneof(
      fc.constantFrom("none", "auto", "required"),
      namedChoice,
      fc.record({
        type: fc.constant("allowed_tools"),
        allowed_tools: fc.record({
          mode: fc.constantFrom("auto", "required"),
          tools: fc.array(namedChoice, { maxLength: 2 }),
        }),
      }),
    ),
    response_format: fc.oneof(
      fc.constantFrom({ type: "text" }, { type: "json_object" }),
      fc.record({
        type: fc.constant("json_schema"),
        json_schema: some(
          {
            name,
            description: orNull(word),
            schema: orNull(parameters),
            strict: orNull(fc.boolean()),
          },
          ["name"],
        ),
      }),
    ),
    n: fc.constantFrom(1, 1, 1, 2),
    stop: fc.constantFrom([], [], "", ["x"]),
    frequency_penalty: fc.constantFrom(0, 0, 1),
    logit_bias: fc.constantFrom({}, {}, { a: 1 }),
    modalities: fc.constantFrom(["text"], ["text"], ["text", "audio"]),
    functions: fc.constantFrom([], [], [{ name: "f" }]),
    logprobs: fc.boolean(),
    top_logprobs: fc.nat(20),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    reasoning_effort: fc.constantFrom("none", "low"),
    verbosity: fc.constantFrom("low"),
    metadata: fc.dictionary(name, word, { maxKeys: 2 }),
    parallel_tool_calls: fc.boolean(),
    store: fc.boolean(),
    user: word,
    seed: fc.integer(),
    unknown_field: fc.jsonValue(),
  },
  ["model", "messages"],
);
