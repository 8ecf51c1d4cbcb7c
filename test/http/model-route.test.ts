// GET /models/{id}: every form of an id that a chat takes is found, with its slash encoded or not.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { startTestServer, type TestServer } from "../support/server.ts";

const price = { inputPerMtok: "1", outputPerMtok: "2" };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    config: {
      providers: {
        custom: {
          dialect: "openai",
          baseUrl: "http://127.0.0.1:9/v1",
          models: {
            m: { price },
            "vendor/large": { price },
            painter: { price: { ...price, perImage: "0.04" }, markupPercent: 25 },
          },
        },
      },
    },
  });
});
afterAll(() => server.close());

const get = (base: string, id: string) =>
  fetch(`${server.origin}${base}/models/${id}`, {
    headers: { authorization: `Bearer ${server.key}` },
  });

const IDS = [
  "m",
  "custom/m",
  "custom%2Fm",
  "vendor/large",
  "vendor%2Flarge",
  "custom/vendor/large",
  "custom%2Fvendor%2Flarge",
];
const BASES = ["/v1", "/api/v1/ai"];
const ROWS = BASES.flatMap((base) => IDS.map((id): [string, string] => [base, id]));

test.each(ROWS)("%s/models/%s is that model", async (base, id) => {
  const response = await get(base, id);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    id: decodeURIComponent(id),
    object: "model",
    owned_by: "custom",
    pricing: { prompt: "0.000001", completion: "0.000002" },
  });
});

test("what is priced by the piece says so, markup included", async () => {
  const response = await get("/v1", "painter");
  expect(await response.json()).toHaveProperty("pricing", {
    prompt: "0.00000125",
    completion: "0.0000025",
    image: "0.05",
  });
});

test.each(["other/m", "custom%2Fother", "m/custom", "%E0%A4%A"])(
  "/models/%s is a 404",
  async (id) => {
    const response = await get("/v1", id);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: "model_not_found" } });
  },
);
