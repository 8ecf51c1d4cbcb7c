// The body of generateContent as a strict schema, written by hand from Google's types.
import { z } from "zod";

const name = z.string().regex(/^[A-Za-z_][\w.:-]{0,127}$/);
const object = z.record(z.string(), z.unknown());
const mime = z.string().regex(/^[\w.+-]+\/[\w.+-]+$/);
const base = { thoughtSignature: z.string().min(1).optional() };
const id = z.string().min(1).optional();
const inlineData = z.strictObject({ mimeType: mime, data: z.string().min(1) });
const part = z.union([
  z.strictObject({ text: z.string().min(1), ...base }),
  z.strictObject({ inlineData }),
  z.strictObject({
    fileData: z.strictObject({ fileUri: z.string().min(1), mimeType: mime.optional() }),
  }),
  z.strictObject({ functionCall: z.strictObject({ id, name: z.string(), args: object }), ...base }),
  z.strictObject({
    functionResponse: z.strictObject({
      id,
      name: z.string(),
      response: object,
      parts: z.array(z.strictObject({ inlineData })).min(1).optional(),
    }),
  }),
]);
const parts = z.array(part).min(1);

/** GenerateContentParameters of `@google/genai` 3.1.0 in its wire form, as far as it is used. */
export const wire = z.strictObject({
  contents: z.array(z.strictObject({ role: z.enum(["user", "model"]), parts })).min(1),
  systemInstruction: z.strictObject({ parts }).optional(),
  tools: z
    .array(
      z.strictObject({
        functionDeclarations: z
          .array(
            z.strictObject({
              name,
              description: z.string().optional(),
              parametersJsonSchema: object.optional(),
            }),
          )
          .min(1),
      }),
    )
    .optional(),
  toolConfig: z
    .strictObject({
      functionCallingConfig: z.strictObject({
        mode: z.enum(["AUTO", "ANY", "NONE", "VALIDATED"]),
        allowedFunctionNames: z.array(z.string()).min(1).optional(),
      }),
    })
    .optional(),
  generationConfig: z
    .strictObject({
      maxOutputTokens: z.int().min(1).optional(),
      temperature: z.number().min(0).max(2).optional(),
      topK: z.int().min(1).optional(),
      topP: z.number().min(0).max(1).optional(),
      stopSequences: z.array(z.string().min(1)).min(1).max(5).optional(),
      seed: z.int32().optional(),
      candidateCount: z.int().min(2).optional(),
      presencePenalty: z.number().optional(),
      frequencyPenalty: z.number().optional(),
      responseLogprobs: z.literal(true).optional(),
      logprobs: z.int().min(1).max(20).optional(),
      responseMimeType: z.literal("application/json").optional(),
      responseJsonSchema: object.optional(),
      thinkingConfig: z
        .union([
          z.strictObject({
            thinkingBudget: z.int().min(0),
            includeThoughts: z.boolean().optional(),
          }),
          z.strictObject({
            thinkingLevel: z.enum(["minimal", "low", "medium", "high", "xhigh"]),
            includeThoughts: z.boolean().optional(),
          }),
        ])
        .optional(),
    })
    .optional(),
  serviceTier: z.enum(["flex", "standard", "priority"]).optional(),
});
