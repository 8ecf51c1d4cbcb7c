// Tool calls and structured answers of the demo model.
import { describe, expect, test } from "bun:test";
import type { ChatRequest, ChatTool } from "../../../src/base/chat.ts";
import { ask, call, deltas, read } from "./support.ts";

const tool = (name: string, parameters?: Record<string, unknown>): ChatTool => ({
  type: "function",
  function: { name, ...(parameters === undefined ? {} : { parameters }) },
});
const weather = tool("get_weather", {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string", enum: ["C", "F"] } },
  required: ["city"],
});
const time = tool("get_time");
const tools = [weather, time];

async function callsOf(text: string, request: Partial<ChatRequest>) {
  const { choice } = await ask(call(text, request));
  const calls = choice.message.tool_calls ?? [];
  return {
    choice,
    names: calls.map((made) => (made.type === "function" ? made.function.name : made.type)),
  };
}

describe("which tools are called", () => {
  const forced = { type: "function", function: { name: "get_time" } };
  const named = "get weather and get_time please";
  test.each<[string, Partial<ChatRequest>, string[]]>([
    ["hello", { tools }, []],
    ["use get_weather", { tools }, ["get_weather"]],
    ["use get weather", { tools, tool_choice: "auto" }, ["get_weather"]],
    ["use get_weather", { tools, tool_choice: "none" }, []],
    ["hello", { tools, tool_choice: "required" }, ["get_weather"]],
    ["hello", { tools, tool_choice: forced }, ["get_time"]],
    [named, { tools }, ["get_weather", "get_time"]],
    [named, { tools, tool_choice: "required" }, ["get_weather", "get_time"]],
    [named, { tools, parallel_tool_calls: false }, ["get_weather"]],
  ])("to %j with %j: %j", async (text, request, expected) => {
    const { choice, names } = await callsOf(text, request);
    expect(names).toEqual(expected);
    expect(choice.finish_reason).toBe(expected.length === 0 ? "stop" : "tool_calls");
    expect(choice.message.content === null).toBe(expected.length > 0);
  });

  test("only those that are allowed; what it has not is refused by its field", async () => {
    const allowed_tools = { mode: "required", tools: [forced] };
    const tool_choice = { type: "allowed_tools", allowed_tools };
    expect((await callsOf(named, { tools, tool_choice })).names).toEqual(["get_time"]);
    const custom = { type: "custom", custom: { name: "x" } } as unknown as ChatTool;
    await expect(ask(call("x", { tools: [custom] }))).rejects.toMatchObject({
      status: 400,
      param: "tools[0].type",
    });
  });

  test("whose parameters it makes no value for are refused by their field", async () => {
    const parameters = { type: "object", properties: { a: { $ref: "#/b" } }, required: ["a"] };
    const request = { tools: [time, tool("odd", parameters)], tool_choice: "required" };
    await expect(ask(call("use odd", request))).rejects.toMatchObject({
      status: 400,
      param: "tools[1].function.parameters",
    });
    await expect(read(call("use odd", request))).rejects.toMatchObject({ status: 400 });
    expect((await callsOf("use get_time", request)).names).toEqual(["get_time"]);
  });

  test("after the results it answers and quotes them", async () => {
    const messages: ChatRequest["messages"] = [
      { role: "user", content: "use get_weather" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "get_weather", arguments: "{}" } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "21 degrees and sunny" },
    ];
    const { choice, text } = await ask(call("", { messages, tools }));
    expect(text).toContain("“21 degrees and sunny”");
    expect(choice.finish_reason).toBe("stop");
  });
});

describe("streamed tool calls", () => {
  test("name and id come first, then pieces of the arguments", async () => {
    const request = { tools, tool_choice: "required" };
    const whole = await callsOf("get_weather, get_time", request);
    const chunks = await read(call("get_weather, get_time", request));
    const [role, ...rest] = deltas(chunks);
    expect(role).toEqual({ role: "assistant", content: null });
    const parts = rest.flatMap((delta) => delta.tool_calls ?? []);
    const joined = [0, 1].map((index) => {
      const own = parts.filter((part) => part.index === index);
      expect(own.filter((part) => part.id !== undefined)).toHaveLength(1);
      expect(own[0]?.function).toEqual({ name: tools[index]?.function?.name ?? "", arguments: "" });
      return {
        id: own[0]?.id,
        type: "function",
        function: {
          name: own[0]?.function?.name,
          arguments: own.map((part) => part.function?.arguments ?? "").join(""),
        },
      };
    });
    const expected = JSON.stringify(whole.choice.message.tool_calls);
    expect(JSON.stringify(joined)).toBe(expected);
    expect(parts.length).toBeGreaterThan(4);
    expect(chunks.at(-1)?.chunk.choices[0]?.finish_reason).toBe("tool_calls");
  });

  test("ids are the same for the same request and differ within it", async () => {
    const idsOf = async () => {
      const { choice } = await callsOf("get_weather, get_time", { tools });
      return (choice.message.tool_calls ?? []).map(({ id }) => id);
    };
    const ids = await idsOf();
    expect(new Set(ids).size).toBe(2);
    expect(await idsOf()).toEqual(ids);
  });

  test("the output limit may cut the arguments", async () => {
    const { choice, usage } = await ask(call("get_weather", { tools }, 5));
    expect(choice.finish_reason).toBe("length");
    expect(usage.completionTokens).toBe(5);
  });
});

describe("structured answers", () => {
  test("json_object is an object", async () => {
    const { text } = await ask(call("Hi", { response_format: { type: "json_object" } }));
    expect(JSON.parse(text)).toMatchObject({ model: "demo" });
  });

  test("json_schema fits", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer", minimum: 18 } },
      required: ["name", "age"],
      additionalProperties: false,
    };
    const response_format = { type: "json_schema", json_schema: { name: "person", schema } };
    const { text } = await ask(call("Hi", { response_format }));
    expect(JSON.parse(text)).toEqual({ name: "example", age: 18 });

    const odd = { type: "json_schema", json_schema: { name: "odd", schema: { not: {} } } };
    await expect(ask(call("Hi", { response_format: odd }))).rejects.toMatchObject({
      status: 400,
      param: "response_format.json_schema.schema",
    });
  });
});
