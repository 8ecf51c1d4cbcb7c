// Connections to a provider that are used again: each answer goes to its own question, whatever a
// provider writes beyond an answer, and a call is never sent twice.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { concat } from "../support/http-bytes.ts";
import { completion, streamOf } from "../support/openai-wire.ts";
import { within } from "../support/wait.ts";
import { ask, type FaultHouse, type Outcome, startFaultHouse } from "./house.ts";
import { expectSound } from "./support.ts";
import { answerBytes, SSE_TYPE, sends } from "./wire.ts";

let house: FaultHouse;
beforeEach(async () => {
  house = await startFaultHouse();
});
afterEach(() => house.close());

const whole = (words: string) => answerBytes(JSON.stringify(completion(words)), "content-length");
const streamed = (words: string) =>
  answerBytes(streamOf(words).join(""), "chunked", { headers: SSE_TYPE });

/** Resolves when the connection of this question's call is closed. */
async function gone({ tag }: Outcome): Promise<void> {
  const [call] = house.callsOf(tag);
  await within(call?.closed ?? Promise.reject(new Error("no call")), `the call of ${tag} closed`);
}

const FORMS: [string, (words: string) => Buffer, boolean][] = [
  ["whole", whole, false],
  ["streamed", streamed, true],
];

test.each(FORMS)(
  "an answer that is complete, %s, leaves its connection for the next",
  async (_name, form, stream) => {
    for (const words of ["first", "second", "third"]) {
      const outcome = await ask(house, sends(form(words), "hold"), { stream });
      expect(outcome.text).toContain(words);
      expect(await expectSound(house, outcome, "kept")).toMatchObject({ ending: "completed" });
    }
    expect(house.upstream.connections()).toBe(1);
  },
);

test.each(FORMS)(
  "a second answer beyond the first, %s, reaches nobody",
  async (_name, form, stream) => {
    for (const words of ["first", "second", "third"]) {
      const bytes = concat(form(words), form("poison"));
      const outcome = await ask(house, sends(bytes, "hold"), { stream });
      expect(outcome.text).not.toContain("poison");
      expect(outcome.text).toContain(words);
      expect(await expectSound(house, outcome, "kept")).toMatchObject({ ending: "completed" });
    }
  },
);

test.each(FORMS)(
  "an answer that comes after its end, %s, reaches nobody",
  async (_name, form, stream) => {
    for (const words of ["first", "second", "third"]) {
      let late = () => {};
      const outcome = await ask(
        house,
        {
          wire(socket) {
            socket.write(form(words));
            late = () => socket.write(form("poison"));
          },
        },
        { stream },
      );
      late();
      await gone(outcome);
      expect(outcome.text).not.toContain("poison");
      expect(outcome.text).toContain(words);
      expect(await expectSound(house, outcome, "kept")).toMatchObject({ ending: "completed" });
    }
  },
);

test.each(["fin", "reset"] as const)(
  "a kept connection that a provider ends at the next call (%s) is a failure, sent once",
  async (then) => {
    const first = await ask(house, sends(whole("first"), "hold"));
    await expectSound(house, first, "kept");
    const second = await ask(house, sends("", then));
    expect(await expectSound(house, second)).toMatchObject({ ending: "upstream_failed" });
  },
);

test("a kept connection that the provider has closed meanwhile is not used", async () => {
  let close = () => {};
  const first = await ask(house, {
    wire(socket) {
      socket.write(whole("first"));
      close = () => socket.end();
    },
  });
  close();
  await gone(first);
  const second = await ask(house, sends(whole("second"), "hold"));
  expect(await expectSound(house, second, "kept")).toMatchObject({ ending: "completed" });
});
