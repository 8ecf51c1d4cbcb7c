// Names that every object has are words like others, wherever a caller or a provider says them.
import { expect, test } from "bun:test";
import { estimateOutput } from "../../../src/metering/estimate.ts";
import { Producing } from "../../../src/metering/produced.ts";
import { COMMON_ERRORS } from "../../../src/providers/shared/errors.ts";
import { finishReasonOf } from "../../../src/providers/shared/finish-reason.ts";
import { lostFields } from "../../../src/providers/shared/ignored.ts";
import { plainMediaType } from "../../../src/providers/shared/media-source.ts";
import { countTokens } from "../../support/tokens.ts";

const NAMES = ["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty"];

test.each(NAMES)(
  "%s as a field, a finish reason, a media type, an error and a format",
  async (name) => {
    const request = JSON.parse(`{"model":"m","messages":[],"${name}":"x"}`);
    expect(lostFields(request, () => false)).toEqual([name]);
    expect(lostFields(request, () => true)).toEqual([]);
    const said = { hasCalls: false, hasOutput: true };
    expect(finishReasonOf(name, said)).toEqual(finishReasonOf("plain_word", said));
    expect(plainMediaType(name)).toBe(name.toLowerCase());
    const failed = (type: string) => COMMON_ERRORS.fromPayload({ error: { type, message: "no" } });
    expect(failed(name)?.status).toBe(failed("plain_word")?.status as number);
    const speech = new Producing();
    speech.add({ audio: { data: "A".repeat(64_000) } });
    const spoken = (format: string) =>
      estimateOutput(countTokens, { ...request, audio: { format } }, speech.all());
    expect(await spoken(name)).toEqual(await spoken("plain_word"));
  },
);
