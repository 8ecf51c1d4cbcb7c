// The built-in demo provider: always connected, needs no key and no network.
import type { Config } from "../../config/schema.ts";
import type { ConnectedProvider } from "../registry.ts";
import { createDemoAdapter } from "./adapter.ts";

/**
 * The demo provider at the configured pace.
 */
export function createDemoProvider(options: Config["demo"]): ConnectedProvider {
  return {
    id: "demo",
    name: "Demo",
    adapter: createDemoAdapter(options),
  };
}
