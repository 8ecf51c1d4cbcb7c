// The books are readable by their owner alone, also in a folder that others may read.
import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE, openDatabase } from "../../src/db/open.ts";

const root = mkdtempSync(join(tmpdir(), "aacflow-mode-test-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Opens the database there, and gives the mode of each file in the folder. */
function modesAfterOpening(folder: string): Record<string, string> {
  const database = openDatabase(folder, { busyTimeoutMs: 1_000 });
  try {
    const files = readdirSync(folder).sort();
    return Object.fromEntries(files.map((file) => [file, modeOf(join(folder, file))]));
  } finally {
    database.close();
  }
}

const OWNER_ONLY = {
  [DATABASE_FILE]: "600",
  [`${DATABASE_FILE}-shm`]: "600",
  [`${DATABASE_FILE}-wal`]: "600",
};

test("files made in a folder that was there before, open to others, are the owner's", () => {
  const folder = join(root, "existing");
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  expect(modesAfterOpening(folder)).toEqual(OWNER_ONLY);
  expect(modeOf(folder)).toBe("755");
  // Opened again, SQLite makes the two beside it anew.
  expect(modesAfterOpening(folder)).toEqual(OWNER_ONLY);
});

test("a folder that is made is the owner's too", () => {
  const folder = join(root, "new");
  expect(modesAfterOpening(folder)).toEqual(OWNER_ONLY);
  expect(modeOf(folder)).toBe("700");
});

test("a file that a start left empty when it was killed is the owner's too", () => {
  const folder = join(root, "killed");
  mkdirSync(folder);
  writeFileSync(join(folder, DATABASE_FILE), "", { mode: 0o644 });
  expect(modesAfterOpening(folder)).toEqual(OWNER_ONLY);
});

test("a mode that the operator gave the file is kept", () => {
  const folder = join(root, "given");
  modesAfterOpening(folder);
  chmodSync(join(folder, DATABASE_FILE), 0o640);
  expect(modesAfterOpening(folder)[DATABASE_FILE]).toBe("640");
});
