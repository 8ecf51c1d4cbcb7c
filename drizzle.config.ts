// How drizzle-kit turns the schema into the SQL migrations in drizzle/.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/db/tables/*.ts",
  out: "./drizzle",
});
