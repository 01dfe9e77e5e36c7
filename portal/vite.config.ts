import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** `npm run build` writes the page to portal/dist: one index.html, and assets whose names hold the hash of what they hold. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    // The page's policy admits no inlined script or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What opens with a webhook is one file: in pieces it would be larger, and come later.
          includeDependenciesRecursively: false,
          groups: [
            {
              name: 'webhook',
              test: /portal\/(?:deliveries|events|design\/(?:field|dialog|copy-button|code-block|json-tokens|windowed-table|side-panel|use-row-window|window-of)|webhooks\/(?:webhook-(?:screen|form)|new-|created|draft|event-types|headers-|issues|life-|metrics|rotate-|secret-|selectors|send-|settings-|snippets|type-|url-|use-day))/,
            },
          ],
        },
      },
    },
  },
  server: {
    // For `npx vite portal`, beside `npm start`.
    proxy: { '/api': { target: 'http://127.0.0.1:3000', rewrite: (path) => path.replace(/^\/api/, '') } },
  },
});
