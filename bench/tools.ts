// The programs of others that the benchmark needs.

const PACKAGES = { nginx: "nginx-light", wrk: "wrk" };

/** The path of a program. @throws Error that says how to install it */
export function tool(name: keyof typeof PACKAGES): string {
  const path = Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
  if (path === null) throw new Error(`${name} is missing: apt-get install ${PACKAGES[name]}`);
  return path;
}
