// Disks of a test's own: small, and made full, read-only or broken at will. Needs root on Linux.
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Disk {
  dir: string;
  /** Writes until nothing more fits. */
  fill(): void;
  /** Gives the space back. */
  free(): void;
  makeReadOnly(): void;
  unmount(): void;
}

/** One on a file system with flags and errors like a real disk's. */
export interface Ext4Disk extends Disk {
  /** Refuses writes to these files of the disk, for those who have them open too, or lets them pass again. */
  setImmutable(isImmutable: boolean, files: string[]): void;
  /** What a kernel does to a disk that fails: it is read-only at once, for everybody. */
  abort(): void;
  /** Takes the failed disk out, repairs it, and puts it back in the same place. */
  repair(): void;
}

const EXT4_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 4096;

const mounted = new Set<Disk>();

/** Unmounts what a test has left. */
export function unmountAll(): void {
  for (const disk of mounted) disk.unmount();
}

export function mountTmpfs(sizeBytes: number): Disk {
  const dir = emptyDir();
  orRemove(dir, () => run("mount", "-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", dir));
  return remember({ ...diskIn(dir), unmount: () => unmount(dir) });
}

export function mountExt4(): Ext4Disk {
  const dir = emptyDir();
  const image = `${dir}.img`;
  // The option `loop` detaches the device by itself when the disk is unmounted.
  const mount = () => run("mount", "-o", "loop", image, dir);
  orRemove(dir, () => {
    closeSync(openSync(image, "w"));
    truncateSync(image, EXT4_BYTES);
    run("mkfs.ext4", "-q", image);
    mount();
  });
  return remember({
    ...diskIn(dir),
    unmount: () => unmount(dir),
    setImmutable: (isImmutable, files) =>
      run("chattr", isImmutable ? "+i" : "-i", ...files.map((file) => join(dir, file))),
    abort: () => run("mount", "-o", "remount,abort", dir),
    repair() {
      run("umount", dir);
      // Exit code 1 says that errors were corrected.
      run("sh", "-c", `e2fsck -fy ${image} || [ $? -eq 1 ]`);
      mount();
    },
  });
}

function remember<T extends Disk>(disk: T): T {
  mounted.add(disk);
  const { unmount: undo } = disk;
  disk.unmount = () => {
    if (mounted.delete(disk)) undo();
  };
  return disk;
}

function diskIn(dir: string): Omit<Disk, "unmount"> {
  const file = join(dir, "ballast");
  return {
    dir,
    fill() {
      const fd = openSync(file, "a");
      const page = new Uint8Array(PAGE_BYTES);
      try {
        for (;;) writeSync(fd, page);
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
      } finally {
        closeSync(fd);
      }
    },
    free: () => rmSync(file, { force: true }),
    makeReadOnly: () => run("mount", "-o", "remount,ro", dir),
  };
}

function unmount(dir: string): void {
  // Lazily, so that a test that failed with its server running leaves no disk behind.
  run("umount", "--lazy", dir);
  remove(dir);
}

const emptyDir = (): string => mkdtempSync(join(tmpdir(), "aacflow-disk-"));

/** The mount point, and the image where there is one. */
function remove(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  rmSync(`${dir}.img`, { force: true });
}

function orRemove(dir: string, mount: () => void): void {
  try {
    mount();
  } catch (error) {
    remove(dir);
    throw error;
  }
}

function run(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command, { stdout: "ignore", stderr: "pipe" });
  if (!success) throw new Error(`${command.join(" ")}: ${stderr.toString().trim()}`);
}

/** Why no disk can be mounted here, or null when it can. */
function whyNot(): string | null {
  if (process.platform !== "linux") return "this is not Linux";
  if (Bun.which("e2fsck") === null) return "there is no e2fsck";
  try {
    mountTmpfs(PAGE_BYTES).unmount();
    mountExt4().unmount();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const reason = whyNot();

/** Whether the disk tests are to run: in CI always, so that they cannot fall out of use unseen. */
export const runDiskTests = reason === null || process.env.CI === "true";

if (reason !== null) {
  const outcome = runDiskTests ? "The disk tests will fail" : "The disk tests are left out";
  process.stderr.write(`${outcome}, because no disk can be mounted (are you root?): ${reason}\n`);
}
