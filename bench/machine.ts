// What the figures were measured on.
import { cpus, loadavg, release, totalmem } from "node:os";
import { workFolder } from "./processes.ts";

/** Lines that describe the machine, and how busy it is at this moment. */
export function machineLines(): string[] {
  const models = cpus();
  return [
    `processor: ${models[0]?.model ?? "unknown"}, ${models.length} cores`,
    `memory: ${(totalmem() / 2 ** 30).toFixed(0)} GiB; disk: ${fileSystem(workFolder())}`,
    `system: ${process.platform} ${release()}, Bun ${Bun.version}`,
    `load average: ${loadText()}`,
  ];
}

/** The load average of 1, 5 and 15 minutes. */
export const loadText = (): string =>
  loadavg()
    .map((load) => load.toFixed(2))
    .join(" ");

/** The kind of file system under the books, on which each commit waits. */
function fileSystem(folder: string): string {
  const { stdout, success } = Bun.spawnSync(["df", "--output=fstype", folder]);
  return success ? (stdout.toString().trim().split("\n")[1] ?? "unknown") : "unknown";
}
