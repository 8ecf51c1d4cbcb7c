// Tools and the choice between them as Gemini's function declarations and calling mode.
import type { ChatTool } from "../../base/chat.ts";
import { invalidRequest } from "../../base/errors.ts";
import { type OfferedTools, toolName } from "../shared/tool-choice.ts";
import type { FunctionCallingConfig, FunctionDeclaration, GenerateContentBody } from "./wire.ts";

/** The rule for names in `FunctionDeclaration`. */
const FUNCTION_NAME = /^[A-Za-z_][\w.:-]{0,127}$/;

/** The two fields of the body that speak of tools; none without tools. */
export type ToolFields = Pick<GenerateContentBody, "tools" | "toolConfig">;

/**
 * Maps tools and choice. A strict tool turns the automatic mode into VALIDATED, which keeps calls to
 * their schema. A free choice among allowed tools declares those only, since Gemini takes a list of
 * allowed names with a forced call alone.
 * @throws ApiError 400 for a name that Gemini refuses
 */
export function buildTools(offered: OfferedTools): ToolFields {
  const { all, allowed, choice } = offered;
  if (all.length === 0) {
    return {};
  }
  const declared = all.map(declare);
  const names = new Set((choice.kind === "auto" ? allowed : all).map(toolName));
  const config = callingConfig(offered);
  return {
    tools: [{ functionDeclarations: declared.filter(({ name }) => names.has(name)) }],
    ...(config !== null && { toolConfig: { functionCallingConfig: config } }),
  };
}

function callingConfig({ all, allowed, choice }: OfferedTools): FunctionCallingConfig | null {
  switch (choice.kind) {
    case "none":
      return { mode: "NONE" };
    case "tool":
      return { mode: "ANY", allowedFunctionNames: [choice.name] };
    case "required":
      return allowed.length === all.length
        ? { mode: "ANY" }
        : { mode: "ANY", allowedFunctionNames: allowed.map(toolName) };
    case "auto":
      return all.some((tool) => tool.function?.strict === true) ? { mode: "VALIDATED" } : null;
  }
}

function declare(tool: ChatTool, index: number): FunctionDeclaration {
  const { description, parameters } = tool.function ?? {};
  const name = toolName(tool);
  if (!FUNCTION_NAME.test(name)) {
    throw invalidRequest(
      `'tools[${index}].function.name' must start with a letter or _ and have at most 128 ` +
        "letters, digits, _, ., : and -.",
      `tools[${index}].function.name`,
    );
  }
  return {
    name,
    ...(description ? { description } : {}),
    ...(parameters ? { parametersJsonSchema: parameters } : {}),
  };
}
