// The documentation page: its HTML, the script that starts Swagger UI, and the policy that keeps it
// at home.
import { API_PREFIXES } from "../../endpoint.ts";
import { curlExample, nodeExample, pythonExample } from "./client-examples.ts";

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

/** Stands in the examples for the address that the reader has in the browser. */
const ORIGIN = "{origin}";

/**
 * Puts the page's own address into the examples, and starts Swagger UI. `validatorUrl: null` keeps it from asking a public validator about the
 * document.
 */
export const INITIALIZER = `for (const code of document.querySelectorAll("#quick-start pre")) {
  code.textContent = code.textContent.replaceAll("${ORIGIN}", location.origin);
}
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
`;

const PRE_STYLE = "padding: 12px; border-radius: 4px; white-space: pre-wrap; background: #f4f4f6";

function examples(): string {
  const facts = { baseUrl: `${ORIGIN}${API_PREFIXES[0]}`, key: "YOUR_API_KEY" };
  const sections: [title: string, code: string][] = [
    ["curl", curlExample(facts, "gpt-4o-mini", false)],
    ["Python: pip install openai", pythonExample(facts).join("\n")],
    ["Node: npm install openai", nodeExample(facts).join("\n")],
  ];
  return sections
    .map(
      ([title, code]) =>
        `      <h4>${title}</h4>\n      <pre style="${PRE_STYLE}">${Bun.escapeHTML(code)}</pre>\n`,
    )
    .join("");
}

/** Returns the page. `version` makes the links to the embedded files change with their content. */
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
    <section id="quick-start" style="max-width: 1460px; margin: 0 auto; padding: 0 20px; font-family: sans-serif">
      <h2>Quick start</h2>
      <p>Any client or SDK of the OpenAI API works: set its base URL and its API key.</p>
${examples()}    </section>
    <div id="swagger-ui"></div>
    <noscript>This page needs JavaScript. The document itself is at /openapi.json.</noscript>
    <script src="/docs/swagger-ui-bundle.js?v=${version}"></script>
    <script src="/docs/initializer.js"></script>
  </body>
</html>
`;
}
