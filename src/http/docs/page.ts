// The documentation page: its HTML, the script that starts Swagger UI, and the policy that keeps it
// at home.

/**
 * Nothing may be loaded from, or sent to, another host. Swagger UI sets style attributes and draws
 * its icons from data: URLs; scripts come as files only.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/**
 * Starts Swagger UI. `validatorUrl: null` keeps it from asking a public validator about the
 * document.
 */
export const INITIALIZER = `window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

/** Gives the page. `version` makes the links to the embedded files change with their content. */
export function docsPage(version: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>AACFlow AI API</title>
    <link rel="icon" type="image/png" href="/docs/favicon.png?v=${version}">
    <link rel="stylesheet" href="/docs/swagger-ui.css?v=${version}">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <noscript>This page needs JavaScript. The document itself is at /openapi.json.</noscript>
    <script src="/docs/swagger-ui-bundle.js?v=${version}"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;
}
