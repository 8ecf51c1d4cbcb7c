// What the system itself has counted of a process: processor time, memory, waits for the disk.
import { readFileSync } from "node:fs";

/** Linux counts processor time in hundredths of a second. */
const TICK_US = 10_000;

/** Processor time of all threads, also of those that have ended, in user and system mode, in microseconds. */
export function cpuUs(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** The memory that a process holds now, in KiB. */
export function residentKib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

/** Whether the process's first thread, on which Bun runs its event loop, waits for the disk at this moment. */
export function waitsForDisk(pid: number): boolean {
  return statFields(pid)[0] === "D";
}

/** The fields of `/proc/PID/stat` after the program's name, which is in parentheses and may contain spaces. */
function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
