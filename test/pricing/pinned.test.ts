// The pinned price: one object while the price holds, another when it changes, and each with its own text.
import { expect, test } from "bun:test";
import { pinPrice, priceJson } from "../../src/pricing/pinned.ts";

const flat = (microPerMtok: number) => ({ input: { microPerMtok }, output: { microPerMtok } });

test("requests at one price share it, and a change of the price is another", () => {
  const prices = [{ price: flat(1) }, { price: flat(2), fromDate: "2027-01-01" }];
  const deployment = { prices, markupBasisPoints: 500 };
  const at = (time: string) => pinPrice(deployment, new Date(time));
  const before = at("2026-12-31T23:59:59.999Z");
  const after = at("2027-01-01T00:00:00.000Z");
  expect(before).toEqual({ price: flat(1), markupBasisPoints: 500 });
  expect(after).toEqual({ price: flat(2), markupBasisPoints: 500 });
  expect(at("2027-06-01T00:00:00.000Z")).toBe(after);
  expect(at("2026-12-31T00:00:00.000Z")).toEqual(before);
});

test("deployments of one price do not share a markup", () => {
  const prices = [{ price: flat(1) }];
  const now = new Date();
  expect(pinPrice({ prices, markupBasisPoints: 0 }, now)?.markupBasisPoints).toBe(0);
  expect(pinPrice({ prices, markupBasisPoints: 100 }, now)?.markupBasisPoints).toBe(100);
  expect(pinPrice({ prices: [], markupBasisPoints: 100 }, now)).toBeNull();
});

test("its text is its JSON, also when asked for again", () => {
  for (const markupBasisPoints of [0, 250]) {
    const pinned = { price: flat(7), markupBasisPoints };
    expect(priceJson(pinned)).toBe(JSON.stringify(pinned));
    expect(priceJson(pinned)).toBe(JSON.stringify(pinned));
  }
});
