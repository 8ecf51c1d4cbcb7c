// The built-in demo model as a dialect: needs no key and no network.
import { defineDialect } from "../define.ts";
import { createDemoAdapter } from "./adapter.ts";

export const DEMO = defineDialect({
  name: "demo",
  findsAddress: true,
  configurable: true,
  connect: ({ demo }) => createDemoAdapter(demo),
});
