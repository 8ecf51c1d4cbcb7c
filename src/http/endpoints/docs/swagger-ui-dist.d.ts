// Types of the embedded Swagger UI files: imported `with { type: "file" }`, each is a path that
// Bun.file opens.
declare module "swagger-ui-dist/swagger-ui-bundle.js" {
  const path: string;
  export default path;
}

declare module "swagger-ui-dist/swagger-ui.css" {
  const path: string;
  export default path;
}

declare module "swagger-ui-dist/favicon-32x32.png" {
  const path: string;
  export default path;
}
