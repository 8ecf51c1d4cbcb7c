// Claude on Vertex AI: Anthropic's dialect at Google's address, and schemas by way of a tool.
import type { Driver } from "../driver.ts";
import { ANSWER_SCHEMA, LIMIT, REASONING_LIMIT, TOKENS } from "../requests.ts";
import { anthropic } from "./anthropic.ts";
import { claudeHistory, claudeImage, claudeLook, claudeSystem, claudeUser } from "./claude-wire.ts";

const MODEL = "claude-sonnet-4-6";
const PATH = `/v1/projects/team-1/locations/europe-west4/publishers/anthropic/models/${MODEL}`;

const common = { anthropic_version: "vertex-2023-10-16", max_tokens: LIMIT };
const body = { ...common, system: claudeSystem, messages: [claudeUser] };
const access = { authorization: "Bearer ya29.token" };

export const vertexEnv = (url: string) => ({
  GOOGLE_VERTEX_ACCESS_TOKEN: "ya29.token",
  GOOGLE_CLOUD_PROJECT: "team-1",
  GOOGLE_CLOUD_LOCATION: "europe-west4",
  GOOGLE_VERTEX_BASE_URL: url,
});

export const vertexClaude: Driver = {
  ...anthropic,
  name: "vertex-claude",
  env: vertexEnv,
  model: MODEL,
  price: { input: 3_000_000, cacheRead: 300_000, output: 15_000_000 },
  path: { whole: `${PATH}:rawPredict`, stream: `${PATH}:streamRawPredict` },
  headers: {
    whole: { ...access, accept: "application/json" },
    stream: { ...access, accept: "text/event-stream" },
  },
  sends: {
    text: body,
    tools: { ...body, tools: [claudeLook], tool_choice: { type: "any" } },
    parallelTools: { ...body, tools: [claudeLook] },
    toolResults: { ...body, tools: [claudeLook], messages: claudeHistory },
    jsonSchema: {
      ...body,
      tools: [
        {
          name: "json",
          description: "Give the final answer as JSON.",
          input_schema: ANSWER_SCHEMA,
        },
      ],
      // The only tool there is, so that any call is this one.
      tool_choice: { type: "any", disable_parallel_tool_use: true },
    },
    image: { ...common, messages: [claudeImage] },
    stop: { ...body, stop_sequences: ["END"] },
    reasoning: {
      ...body,
      max_tokens: REASONING_LIMIT,
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "high" },
    },
  },
  jsonAnswer: (json) => ({
    calls: [{ id: "toolu_1", name: "json", args: [json] }],
    end: "tools",
    tokens: TOKENS,
  }),
};
