// The answers to a load balancer's questions.
import { z } from "zod";

/** The process runs. */
export const health = z.looseObject({ status: z.literal("ok") });

/** Whether the server takes new requests. */
export const readiness = z.looseObject({
  status: z.enum(["ready", "draining", "unavailable"]),
});
