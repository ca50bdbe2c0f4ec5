import { dirname, join } from 'node:path';
import { existsSync } from 'node:fs';
import type { MarkdownRenderer } from 'vitepress';

/**
 * Links to sources, which are not on the site, become plain text there:
 * `[deviations](../../test/oci-runtime/deviations)`.
 */
export function dropSourceLinks(markdown: MarkdownRenderer, root: string): void {
  markdown.core.ruler.push('drop-source-links', ({ tokens, env }) => {
    const directory = join(root, dirname((env as { relativePath: string }).relativePath));
    for (const { children } of tokens) {
      let isInside = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') isInside = isSource(directory, token.attrGet('href') ?? '');
        if (!isInside || !token.type.startsWith('link_')) continue;
        if (token.type === 'link_close') isInside = false;
        token.hidden = true;
        token.type = 'text';
      }
    }
  });
}

function isSource(directory: string, href: string): boolean {
  const [path = ''] = href.split('#');
  return /^[^/:]+(\/|$)/.test(path) && !path.endsWith('.md') && existsSync(join(directory, path));
}
