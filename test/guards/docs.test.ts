// The documentation's examples are true: the configuration loads, and every link leads somewhere.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { configSchema } from "../../src/config/schema.ts";

const ROOT = join(import.meta.dir, "..", "..");
const read = (path: string) => Bun.file(join(ROOT, path)).text();

async function pages(): Promise<string[]> {
  const found = ["README.md"];
  for await (const path of new Bun.Glob("docs/**/*.md").scan(ROOT)) found.push(path);
  return found;
}

test("the configuration of docs/configuration.md is valid, and shows the defaults", async () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(await read("docs/configuration.md"))?.[1] ?? "";
  const shown = configSchema.parse(Bun.YAML.parse(yaml));
  const { server, limits, money, media, demo, markupPercent } = configSchema.parse({});
  expect(shown).toMatchObject({ server, limits, money, media, demo, markupPercent });
  expect(shown.providers.openai?.timeouts).toEqual({
    firstByteMs: 600_000,
    betweenChunksMs: 300_000,
    totalMs: 3_600_000,
  });
});

test("the documentation names every setting", async () => {
  const text = await read("docs/configuration.md");
  const { server, limits, money, media, demo } = configSchema.parse({});
  const names = [server, limits, money, media, demo].flatMap((section) => Object.keys(section));
  expect(names.length).toBeGreaterThan(25);
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
});

test("no link between the pages is broken", async () => {
  for (const page of await pages()) {
    const links = [...(await read(page)).matchAll(/\]\((?!https?:)([^)#]+)/g)];
    for (const [, target = ""] of links) {
      expect([page, target, existsSync(join(ROOT, dirname(page), target))]).toEqual([
        page,
        target,
        true,
      ]);
    }
  }
});

test("docs/proof.md names tests that exist", async () => {
  const cells = (await read("docs/proof.md")).matchAll(/`([\w/.-]+\.ts)`([^`|]*)/g);
  let named = 0;
  for (const [, path = "", after = ""] of cells) {
    const source = existsSync(join(ROOT, "test", path)) ? await read(join("test", path)) : "";
    expect([path, source === ""]).toEqual([path, false]);
    for (const [, name = ""] of after.matchAll(/"([^"]+)"/g)) {
      expect([path, name, source.includes(name)]).toEqual([path, name, true]);
      named++;
    }
  }
  expect(named).toBeGreaterThan(40);
});
