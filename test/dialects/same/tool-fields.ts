// Every field of a tool and of a structured answer's form, with what becomes of it where a dialect has no counterpart.
import type { FunctionDefinition, ResponseFormatJSONSchema } from "openai/resources/shared";
import type { Fields } from "../driver.ts";
import { type Table, TOKEN, tools, unfelt } from "./field-row.ts";

const tool = (more: Fields) => ({
  tools: [{ type: "function", function: { name: "look", ...more } }],
});
const OBJECT = { type: "object", properties: {}, additionalProperties: false, required: [] };
const toolFields: Table<`tools.${keyof FunctionDefinition}` | "tools.custom"> = {
  "tools.name": { request: tool({ name: TOKEN }), token: TOKEN, rule: "refused" },
  "tools.description": { request: tool({ description: TOKEN }), token: TOKEN, rule: "refused" },
  "tools.parameters": {
    request: tool({ parameters: { type: "object", properties: { [TOKEN]: { type: "string" } } } }),
    token: TOKEN,
    rule: "refused",
  },
  "tools.strict": {
    request: tool({ parameters: OBJECT, strict: true }),
    beside: tool({ parameters: OBJECT }),
    rule: "named",
  },
  "tools.custom": {
    request: { tools: [{ type: "custom", custom: { name: TOKEN } }] },
    token: TOKEN,
    rule: "refused",
    says: "tools",
  },
};

const form = (more: Fields) => ({
  response_format: { type: "json_schema", json_schema: { name: "a", schema: OBJECT, ...more } },
});
const formFields: Table<`response_format.json_schema.${keyof ResponseFormatJSONSchema.JSONSchema}`> =
  {
    "response_format.json_schema.name": unfelt(form({ name: TOKEN })),
    "response_format.json_schema.description": {
      request: form({ description: TOKEN }),
      token: TOKEN,
      rule: "refused",
    },
    "response_format.json_schema.schema": {
      request: form({ schema: { ...OBJECT, properties: { [TOKEN]: { type: "string" } } } }),
      token: TOKEN,
      rule: "refused",
    },
    "response_format.json_schema.strict": [
      { request: form({ strict: true }), token: /strict":true|json_?schema/i, rule: "named" },
      {
        request: { ...tools, ...form({ strict: true }) },
        token: /strict":true|json_?schema"/i,
        rule: "named",
      },
    ],
  };

export const TOOL_TABLES = [toolFields, formFields];
