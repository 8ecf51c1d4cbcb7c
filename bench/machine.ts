// What the figures were measured on.
import { cpus, release, totalmem } from "node:os";
import { isPinned, workFolder } from "./processes.ts";

export function describeMachine(program: string): Record<string, string> {
  const models = cpus();
  return {
    processor: `${models[0]?.model ?? "unknown"}, ${models.length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${process.platform} ${release()}`,
    runtime: `Bun ${Bun.version}`,
    program,
    disk: fileSystem(workFolder()),
    pinning: isPinned ? "servers on core 0, load and upstream on the others" : "none",
  };
}

/** The kind of file system under the books, on which each commit waits. */
function fileSystem(folder: string): string {
  const { stdout, success } = Bun.spawnSync(["df", "--output=fstype", folder]);
  return success ? (stdout.toString().trim().split("\n")[1] ?? "unknown") : "unknown";
}
