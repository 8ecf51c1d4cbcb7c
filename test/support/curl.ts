// Whether this machine can run the examples that are written for curl.

const hasCurl = Bun.which("curl") !== null;

/**
 * Tests of printed curl lines run where curl is; in CI always, where they fail without it, so that
 * they cannot fall out of use unseen.
 */
export const runCurlTests = hasCurl || process.env.CI === "true";

if (!runCurlTests)
  process.stderr.write("left out: the examples for curl, which is not installed\n");
