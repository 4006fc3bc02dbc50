import swaggerCss from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' };
import swaggerBundle from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' };
import type { OwnRoute } from './app.ts';

/** The OpenAPI page with its assets from the package, so that it is drawn in a cluster without internet too. */

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>LLM gateway API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<style>.swagger-ui .response-col_links { display: none }</style>
</head>
<body>
<main id="swagger-ui"></main>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** A stream of records is no JSON document: shown as the lines that it is, without an apology for not parsing them. */
const START = `if (matchMedia('(prefers-color-scheme: dark)').matches) document.documentElement.classList.add('dark-mode');
const lines = () => ({
  wrapComponents: {
    responseBody: (Body, { React }) => (props) =>
      React.createElement(Body, { ...props, contentType: /ndjson/.test(props.contentType) ? 'text/plain' : props.contentType }),
  },
});
SwaggerUIBundle({ url: '/docs/json', dom_id: '#swagger-ui', plugins: [lines], deepLinking: true, validatorUrl: null, tryItOutEnabled: true, persistAuthorization: false, displayRequestDuration: true });
`;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; font-src data:; base-uri 'none'; frame-ancestors 'none'";

function page(body: BodyInit, type: string): Response {
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'cache-control': 'max-age=3600',
    },
  });
}

export function docsRoutes(): OwnRoute[] {
  return [
    { path: '/docs', summary: 'This page', answer: () => page(PAGE, 'text/html; charset=utf-8') },
    { path: '/docs/start.js', summary: '', hidden: true, answer: () => page(START, 'text/javascript; charset=utf-8') },
    {
      path: '/docs/swagger-ui.css',
      summary: '',
      hidden: true,
      answer: () => page(Bun.file(String(swaggerCss)), 'text/css; charset=utf-8'),
    },
    {
      path: '/docs/swagger-ui-bundle.js',
      summary: '',
      hidden: true,
      answer: () => page(Bun.file(String(swaggerBundle)), 'text/javascript; charset=utf-8'),
    },
  ];
}
