// Finds the Chromium that the browser tests drive.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const CANDIDATES = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser"];

/** The path of an installed Chromium, or null. */
const chromiumPath: string | null =
  CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;

/**
 * Whether browser tests are to run: on a developer's machine only where there is a Chromium, in CI
 * always, where they fail without one, so that they cannot fall out of use unseen.
 */
export const runBrowserTests = chromiumPath !== null || process.env.CI === "true";

/** Starts a browser that calls nobody by itself. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === null) {
    throw new Error(
      "Browser tests need Chromium: install it (Debian: apt-get install chromium), " +
        "or set CHROMIUM_PATH to its executable.",
    );
  }
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
