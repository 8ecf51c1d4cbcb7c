// Help, version, and the exit code of a wrong command line.
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { MAIN } from "../support/program.ts";
import { run } from "./support.ts";

// Whole programs start and end here, on machines that may be busy.
setDefaultTimeout(30_000);

const COMMANDS = [
  [],
  ["serve"],
  ["demo"],
  ["keys"],
  ["keys", "create"],
  ["keys", "list"],
  ["keys", "revoke"],
  ["keys", "rotate"],
  ["credits"],
  ["credits", "grant"],
  ["credits", "refund"],
  ["credits", "adjust"],
  ["credits", "balance"],
  ["credits", "history"],
  ["models"],
  ["ledger"],
  ["ledger", "verify"],
  ["ledger", "report"],
  ["backup"],
  ["restore"],
  ["doctor"],
  ["openapi"],
  ["licenses"],
  ["requests"],
  ["requests", "list"],
  ["requests", "show"],
];

describe("help", () => {
  for (const command of COMMANDS) {
    test(`aacflow ${[...command, "--help"].join(" ")} names the common options`, async () => {
      const { code, stdout, stderr } = await run([...command, "--help"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: ${["aacflow", ...command].join(" ")}`);
      for (const option of ["--data", "--config", "--json", "--help"]) {
        expect(stdout).toContain(option);
      }
    });
  }
});

test("--version prints the program's version and Bun's", async () => {
  const { code, stdout } = await run(["--version"]);
  expect(code).toBe(0);
  expect(stdout).toBe(`aacflow ${packageJson.version} (Bun ${Bun.version})\n`);
});

const WRONG: [args: string[], message: string][] = [
  [["nonsense"], "unknown command 'nonsense'"],
  [["serve", "nonsense"], "unknown command 'nonsense'"],
  [["keys", "nonsense"], "unknown command 'nonsense'"],
  [["--nonsense"], "unknown option '--nonsense'"],
  [["keys", "list", "--nonsense"], "unknown option '--nonsense'"],
  [["keys", "list", "extra"], "too many arguments"],
  [["keys"], "Usage: aacflow keys"],
  [["keys", "create"], "required option '--name <name>'"],
  [["keys", "create", "--name"], "argument missing"],
  [["keys", "create", "--name", ""], "must not be empty"],
  [["keys", "create", "--name", "a\nb"], "one line"],
  [["keys", "create", "--name", "a", "--expires", "soon"], "30d, 12h or 45m"],
  [["keys", "revoke"], "missing required argument 'id'"],
  [["credits", "grant", "--account", "a"], "required option '--amount <amount>'"],
  [["credits", "history", "--limit", "0"], "from 1 to 1000"],
  [["credits", "history", "--before", "x"], "whole number"],
  [["serve", "--port", "65536"], "from 0 to 65535"],
  [["keys", "list", "--data", ""], "--data needs"],
  [["demo", "--data", "/tmp/x"], "throw-away"],
];

describe("wrong usage ends with exit code 2 and says what is wrong on stderr", () => {
  for (const [args, message] of WRONG) {
    test(JSON.stringify(args), async () => {
      const { code, stdout, stderr } = await run(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
    });
  }
});

test("a failure is one line on stderr, and its stack only for who asks", async () => {
  const args = ["models", "--config", "/nowhere/at-all.yaml", "--json"];
  const plain = await run(args);
  expect({ code: plain.code, stdout: plain.stdout }).toEqual({ code: 1, stdout: "" });
  expect(plain.stderr).toMatch(/^error: cannot read the configuration \/nowhere[^\n]*\n$/);
  const debug = await run(args, { AACFLOW_DEBUG: "1" });
  expect(debug.code).toBe(1);
  expect(debug.stderr).toContain("load.ts");
});

test("output that cannot be written is a failure", async () => {
  if (process.platform !== "linux") return;
  const command = `"${process.execPath}" "${MAIN}" --version > /dev/full`;
  const shell = Bun.spawn(["sh", "-c", command], { stderr: "pipe" });
  const stderr = await new Response(shell.stderr).text();
  expect(await shell.exited).toBe(1);
  expect(stderr).toContain("cannot write the output");
});
