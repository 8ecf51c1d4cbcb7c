// A log that cannot be written is lost, and nothing else is.
import { expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";

const LOG = join(import.meta.dir, "..", "..", "src", "telemetry", "log.ts");
/** More than is kept for a log that takes nothing. */
const LINES = 20_000;

test.if(process.platform === "linux")(
  "a full disk under the log does not reach who logs",
  async () => {
    const script = `
    const { createLog } = await import(${JSON.stringify(LOG)});
    const { logger: log } = createLog("info");
    for (let index = 0; index < ${LINES}; index++) log.warn({ index }, "a line of some length");
    process.stdout.write("went on");`;
    const full = openSync("/dev/full", "w");
    const child = Bun.spawn([process.execPath, "-e", script], {
      stdout: "pipe",
      // Every write to it fails as on a full disk.
      stderr: full,
    });
    closeSync(full);
    expect(await new Response(child.stdout).text()).toBe("went on");
    expect(await child.exited).toBe(0);
  },
);

/** What has left a process that logs so, and is killed before any timer of it runs. */
async function leftBehind(logging: string): Promise<string[]> {
  const script = `
    const { createLog } = await import(${JSON.stringify(LOG)});
    const { logger: log } = createLog("info");
    ${logging}
    Bun.sleepSync(500);
    process.kill(process.pid, "SIGKILL");`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "ignore", stderr: "pipe" });
  const lines = (await new Response(child.stderr).text()).trim().split("\n");
  return lines.map((line) => JSON.parse(line).msg);
}

test("a warning leaves at once, with what waits before it, whatever becomes of the process", async () => {
  const left = await leftBehind(
    'log.info("first"); log.plainInfo(\'"a":1\', "second"); log.warn("third");',
  );
  expect(left).toEqual(["first", "second", "third"]);
});

test("what is told after a warning waits for its batch again", async () => {
  const left = await leftBehind(
    'log.warn("first"); await Bun.sleep(200); log.plainInfo(\'"a":1\', "second");',
  );
  expect(left).toEqual(["first"]);
});
