// `aacflow licenses`: the licence of everything that is embedded, kept in step with what the bundler takes in.
import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { collectLicences } from "../../scripts/licenses/collect.ts";
import { run, runJson } from "./support.ts";

// A whole bundle is made here, on machines that may be busy.
setDefaultTimeout(60_000);

interface Component {
  name: string;
  version: string;
  licence: string;
  text: string;
}

const shown = async () => (await runJson<{ components: Component[] }>(["licenses"])).components;

test("what is shown is what is bundled: after a change of dependencies, bun run licenses:update", async () => {
  const root = join(import.meta.dir, "..", "..");
  const bundled = await collectLicences(root);
  const listed = await shown();
  for (const component of bundled) expect(listed).toContainEqual(component);
  // Bun installs peers that npm leaves out here: what is listed beyond the bundle is not installed at all.
  const names = new Set(bundled.map(({ name }) => name));
  const beyond = listed.filter(({ name }) => !names.has(name));
  expect(beyond.filter(({ name }) => existsSync(join(root, "node_modules", name)))).toEqual([]);
});

test("runtime, web page, data and the packages that are used are among them, with their texts", async () => {
  const components = await shown();
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["bun", "swagger-ui-dist", "drizzle-orm", "pino"]));
  expect(names).toEqual(
    expect.arrayContaining(["@pydantic/genai-prices", "@earendil-works/pi-ai", "elysia", "zod"]),
  );
  for (const { name, version, licence, text } of components) {
    expect([name, version].join(" ")).toMatch(/^\S+ \d+\.\d+\.\d+/);
    expect(licence).toMatch(/^[\w.-]+$/);
    expect(text.length, name).toBeGreaterThan(500);
  }
  const bun = components.find(({ name }) => name === "bun");
  expect(bun).toMatchObject({ version: packageJson.devDependencies.bun });
  expect(bun?.text).toContain("JavaScriptCore");
});

test("the text names each part, then prints its licence", async () => {
  const { code, stdout } = await run(["licenses"]);
  expect(code).toBe(0);
  expect(stdout).toStartWith(`aacflow ${packageJson.version} is under the MIT licence.`);
  for (const { name, version, licence, text } of await shown()) {
    expect(stdout).toContain(`\n  ${name} ${version} (${licence})\n`);
    expect(stdout).toContain(text);
  }
});
