// Plans one request to a model by its rules; Anthropic's dialect and Converse's write it down.
import type { ChatRequest, ChatTool } from "../../base/chat.ts";
import { refuseForms } from "../shared/form-fields.ts";
import { readTools, toolName } from "../shared/tool-choice.ts";
import type { Cacheable, MediaBlock, TextBlock, Turn } from "./blocks.ts";
import { CacheBreakpoints } from "./cache-breakpoints.ts";
import { convertMessages, type MessageOptions } from "./messages.ts";
import { leftOut, REFUSED_FIELDS, type Sampling, samplingOf, stopOf } from "./parameters.ts";
import type { ModelRules } from "./platform.ts";
import { answerForm, PLAIN_ANSWER } from "./response-format.ts";
import { planThinking, type ThinkingPlan } from "./thinking.ts";
import { demandsCall, planTools, type ToolPlan } from "./tools.ts";

export interface RequestPlan<Media extends MediaBlock> {
  /** The system prompt, instructions of the gateway's own at its end. */
  system: TextBlock[];
  turns: Turn<Media>[];
  /** `cache_control` of the whole request. */
  wholeBreakpoint: Cacheable;
  tools: ToolPlan;
  /** For the model's own structured output; null without it. */
  nativeSchema: Readonly<Record<string, unknown>> | null;
  /** The tool whose input is the answer's text, to be undone in the answer; null without one. */
  answerTool: string | null;
  thinking: ThinkingPlan;
  sampling: Sampling;
  stop: string[];
  /** Fields of the request that are left out, by their names. */
  ignored: string[];
}

export interface PlanOptions<Media extends MediaBlock>
  extends Pick<MessageOptions<Media>, "readMedia" | "fitId"> {
  rules: ModelRules;
  /** The hard bound on all output, thinking included. */
  maxTokens: number;
  /** Whether the platform carries a field on that this plan does not know. */
  serves: (field: string) => boolean;
}

/**
 * Plans a request, which stays as it is. A call that the client demands comes before the form of an
 * answer, and both come before thinking.
 * @throws ApiError 400, with the field in `param`, for what the model cannot do
 */
export function planRequest<Media extends MediaBlock>(
  request: ChatRequest,
  options: PlanOptions<Media>,
): RequestPlan<Media> {
  refuseForms(request, REFUSED_FIELDS);
  const { rules, maxTokens } = options;
  const offered = readTools(request);
  const demanded = demandsCall(offered);
  const form = demanded ? PLAIN_ANSWER : answerForm(request, rules);
  const breakpoints = new CacheBreakpoints({
    hour: rules.hourCache,
    ...(rules.cacheBreakpoints === "nowhere" && { max: 0 }),
  });
  const wholeBreakpoint = breakpoints.take({ cache_control: request.cache_control });
  const tools = planTools(offered, { rules, breakpoints, answerTool: form.tool });
  const forcesTool = tools.choice.kind === "required" || tools.choice.kind === "tool";
  const thinking = planThinking(request, rules, { maxTokens, forcesTool });
  const thinks = thinking.thinking !== undefined && thinking.thinking.type !== "disabled";
  const { system, turns } = convertMessages(request.messages, {
    ...options,
    ...rules,
    breakpoints,
  });
  const said = [tools.instruction, form.instruction].flatMap((text) =>
    text === null ? [] : [{ type: "text" as const, text }],
  );
  const carried = { sampling: samplingOf(request, rules, thinks), stop: stopOf(request, rules) };
  const lost = {
    reasoning_effort: thinking.ignored === true,
    response_format: demanded && (request.response_format?.type ?? "text") !== "text",
    "response_format.json_schema.strict":
      !demanded && isStrictForm(request) && form.nativeSchema === null,
    "tools.strict": losesStrict(offered.allowed, tools.tools),
    parallel_tool_calls: !offered.parallel && !tools.single && tools.tools.length > 0,
  };
  return {
    system: [...system, ...said],
    turns,
    wholeBreakpoint,
    tools,
    nativeSchema: form.nativeSchema,
    answerTool: form.tool?.name ?? null,
    thinking,
    ...carried,
    ignored: leftOut(request, carried, lost, options.serves),
  };
}

const isStrictForm = ({ response_format: format }: ChatRequest): boolean =>
  format?.json_schema?.strict === true;

/** Whether a tool was to be called by its schema alone, which the model cannot be held to. */
function losesStrict(offered: readonly ChatTool[], planned: ToolPlan["tools"]): boolean {
  const strict = new Set(planned.filter((tool) => tool.strict === true).map(({ name }) => name));
  return offered.some((tool) => tool.function?.strict === true && !strict.has(toolName(tool)));
}
