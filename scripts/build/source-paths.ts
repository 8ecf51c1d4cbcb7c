// Refuses an executable that tells where it was built.
import { join, parse, sep } from "node:path";

/** @throws Error when the file contains the path of the checkout's code or of its packages. */
export async function assertNoSourcePaths(file: string, root: string): Promise<void> {
  // At the top of a file system these paths would be everyday words.
  if (root === parse(root).root) return;
  const content = Buffer.from(await Bun.file(file).arrayBuffer());
  for (const folder of ["src", "node_modules", "drizzle"]) {
    const path = join(root, folder) + sep;
    if (content.includes(path)) throw new Error(`${file} contains a path of this machine: ${path}`);
  }
}
