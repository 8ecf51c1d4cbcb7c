// What is around the tests of a disk: the executable before them, and no house, disk or folder after.
import { afterAll, afterEach, beforeAll } from "bun:test";
import { endAll } from "../support/children.ts";
import { cleanUp, installBinary } from "../support/executable.ts";
import { closeDiskHouse, type DiskHouse, startDiskHouse } from "./disk-house.ts";
import { type Disk, runDiskTests, unmountAll } from "./mounts.ts";

export interface DiskSuite {
  /** The executable's path, once the tests run. */
  binary(): string;
  /** Starts a server on a disk; it ends with its test. */
  start<D extends Disk>(disk: D, logFile?: string): Promise<DiskHouse<D>>;
}

/** To be called at the top of a test file. */
export function diskSuite(): DiskSuite {
  let binary = "";
  let house: DiskHouse<Disk> | null = null;
  if (runDiskTests) {
    beforeAll(async () => {
      binary = await installBinary();
    });
  }
  afterEach(async () => {
    if (house !== null) await closeDiskHouse(house);
    house = null;
    await endAll();
  });
  afterAll(async () => {
    unmountAll();
    await cleanUp();
  });
  return {
    binary: () => binary,
    async start(disk, logFile) {
      const started = await startDiskHouse(binary, disk, logFile);
      house = started;
      return started;
    },
  };
}
