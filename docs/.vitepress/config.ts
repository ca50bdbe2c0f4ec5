/** The site of the documents: `npm run docs:site` builds it into site/, with a search that works offline. */
import { resolve } from 'node:path';
import type { UserConfig } from 'vitepress';
import { dropSourceLinks } from './dropSourceLinks.ts';
import { headingSlug } from './headingSlug.ts';
import { sidebar } from './sidebar.ts';

const root = resolve(import.meta.dirname, '../..');

export default {
  title: 'Pouch',
  description: 'A container platform: plain OCI containers by default, rich ones on demand',
  // The root of the repository: README.md, ARCHITECTURE.md and their like are pages too, at the same paths as in the
  // sources.
  srcDir: root,
  outDir: resolve(root, 'site'),
  cacheDir: resolve(root, 'node_modules/.cache/vitepress'),
  rewrites: { 'README.md': 'index.md' },
  cleanUrls: false,
  metaChunk: true,
  // The documents write Go templates, `{{.Names}}`: Vue must not evaluate them.
  vue: { template: { compilerOptions: { delimiters: ['\u0001', '\u0002'] } } },
  vite: { publicDir: false, configFile: false },
  markdown: {
    anchor: { slugify: headingSlug },
    config: (markdown) => dropSourceLinks(markdown, root),
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'First plugin', link: '/docs/guides/first-plugin' },
      { text: 'Command line', link: '/docs/reference/cli' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
    sidebar: sidebar(root),
  },
} satisfies UserConfig;
