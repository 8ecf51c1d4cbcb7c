// Places and memory for bodies: bounded in the whole server, shared among accounts, and given back on every path.
import { describe, expect, test } from "bun:test";
import { ApiError } from "../../src/base/errors.ts";
import { configSchema } from "../../src/config/schema.ts";
import { Admission } from "../../src/http/metered/admission.ts";

const admissionOf = (limits: object) => new Admission(configSchema.parse({ limits }).limits);

function refusal(work: () => unknown): Pick<ApiError, "status" | "code"> | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error.retryAfterMs).toBeGreaterThan(0);
    return { status: error.status, code: error.code };
  }
}

const LIMITED = { status: 429, code: "rate_limit_exceeded" };
const FULL = { status: 503, code: "overloaded" };

describe("places", () => {
  test("one account takes half of them at most, two take all", () => {
    const admission = admissionOf({ concurrentRequests: 4 });
    const first = admission.enter("a");
    admission.enter("a");
    expect(refusal(() => admission.enter("a"))).toEqual(LIMITED);
    admission.enter("b");
    const last = admission.enter("b");
    expect(refusal(() => admission.enter("c"))).toEqual(FULL);
    last.leave();
    last.leave();
    expect(refusal(() => admission.enter("a"))).toEqual(LIMITED);
    first.leave();
    admission.enter("a");
    admission.enter("c");
    expect(refusal(() => admission.enter("c"))).toEqual(FULL);
  });

  test("the share is a setting", () => {
    const whole = admissionOf({ concurrentRequests: 3, accountShare: 1 });
    for (let count = 0; count < 3; count++) whole.enter("a");
    expect(refusal(() => whole.enter("a"))).toEqual(FULL);
    const third = admissionOf({ concurrentRequests: 3, accountShare: 3 });
    third.enter("a");
    expect(refusal(() => third.enter("a"))).toEqual(LIMITED);
  });

  test("there is one, however small the share", () => {
    const admission = admissionOf({ concurrentRequests: 2, accountShare: 8, bodyBytes: 1000 });
    admission.enter("a");
    expect(refusal(() => admission.enter("a"))).toEqual(LIMITED);
  });
});

describe("memory for bodies", () => {
  // Room for 20 bytes of bodies, 10 for each account.
  const admission = () =>
    admissionOf({ bodyBytes: 10, bodyBytesWithoutCredit: 10, bodyMemoryBytes: 80 });

  test("is bounded for an account, and for all", () => {
    const room = admission();
    const own = room.enter("a");
    own.holdBody(6);
    const second = room.enter("a");
    second.holdBody(4);
    expect(refusal(() => room.enter("a").holdBody(1))).toEqual(LIMITED);
    room.enter("b").holdBody(8);
    expect(refusal(() => room.enter("c").holdBody(3))).toEqual(FULL);
    room.enter("c").holdBody(2);
    own.leave();
    room.enter("c").holdBody(6);
  });

  test("counts what has come by now, not the sum of what was said", () => {
    const place = admission().enter("a");
    for (let bytes = 1; bytes <= 10; bytes++) place.holdBody(bytes);
    expect(refusal(() => place.holdBody(11))).toEqual(LIMITED);
  });

  test("is half as much once the body has been sent, and none at the end, in any order", () => {
    const room = admission();
    const place = room.enter("a");
    place.holdBody(10);
    place.bodyWasSent();
    const next = room.enter("a");
    next.holdBody(5);
    expect(refusal(() => room.enter("a").holdBody(1))).toEqual(LIMITED);
    place.leave();
    place.bodyWasSent();
    place.leave();
    room.enter("a").holdBody(5);
    expect(refusal(() => room.enter("a").holdBody(1))).toEqual(LIMITED);
  });

  test("must have room for a body of the greatest size", () => {
    const { error } = configSchema.safeParse({ limits: { bodyMemoryBytes: 100 } });
    expect(error?.issues[0]?.path).toEqual(["limits", "bodyMemoryBytes"]);
    expect(error?.issues[0]?.message).toContain("accountShare");
  });
});
