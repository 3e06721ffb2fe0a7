import { defineConfig, type Plugin } from 'vite';

/**
 * wavesurfer.js writes its style into a <style> element, which the Content-Security-Policy forbids.
 * The text goes into a hidden <data> element instead, from where src/player/player.ts adopts it as
 * a style sheet. Fails if wavesurfer.js no longer looks like this.
 */
function styleOfWavesurfer(): Plugin {
  return {
    name: 'auscult-style-of-wavesurfer',
    enforce: 'pre',
    transform(code, id) {
      if (!id.endsWith('/wavesurfer.js/dist/wavesurfer.esm.js')) return null;
      const opening = /<style\$\{.{1,40}?:""\}>/;
      if (!opening.test(code) || !code.includes('</style>')) {
        throw new Error('wavesurfer.js has no <style> where it is expected; see vite.config.ts');
      }
      return {
        code: code.replace(opening, '<data hidden>').replace('</style>', '</data>'),
        map: null,
      };
    },
  };
}

export default defineConfig({
  base: '/ui/',
  plugins: [styleOfWavesurfer()],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    // Nothing inlined: the Content-Security-Policy allows no data: script or style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 200,
    manifest: true,
  },
  server: {
    proxy: {
      '/v1': { target: process.env['AUSCULT_URL'] ?? 'http://127.0.0.1:8000', ws: true },
      '/openapi.json': process.env['AUSCULT_URL'] ?? 'http://127.0.0.1:8000',
    },
  },
});
