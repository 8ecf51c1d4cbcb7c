// A client that leaves before its answer is nobody's fault: the log says so, and cries for no operator.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type House, lastEnded, leaveBeforeAnswer, startHouse } from "../money/support.ts";
import { gated, sse } from "../support/raw-upstream.ts";
import { waitUntil } from "../support/wait.ts";

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.close());

test.each([{}, { stream: true }])("with the body %o", async (body) => {
  house.upstream.answer(sse(gated("", new Promise(() => {}))));
  await leaveBeforeAnswer(house, body);
  const { id } = await lastEnded(house);
  const lines = () => house.server.logLines().filter(({ requestId }) => requestId === id);
  await waitUntil(() => lines().some(({ msg }) => msg === "client left"), "the line in the log");
  expect(lines().filter(({ level }) => level > 30)).toEqual([]);
});
