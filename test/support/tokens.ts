// The real token counter, one for all tests of a run: its thread takes 100 MB.
import { pino } from "pino";
import { createWorkerCounter } from "../../src/metering/tokens/worker-counter.ts";

export const countTokens = createWorkerCounter(pino({ level: "silent" }));
