import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { headingSlug } from '../../../docs/.vitepress/headingSlug.ts';
import { groups, modules } from '../../../docs/.vitepress/sidebar.ts';

const project = resolve(import.meta.dirname, '../../..');
const sourcePath =
  /^(bench|bin|cli|client|config|core|docs|examples|hooks|plugins|runlxc|scripts|test)\/[\w./-]*$/;

const built = new Set(readFileSync(join(project, '.gitignore'), 'utf8').split('\n'));

/** Written by typedoc: `npm run check` and `npm run docs:site`. */
const isGenerated = (page: string) => page.startsWith('docs/api/');

/** Every page, as a path in the project, and those of docs/api if they were written. */
function pages(): string[] {
  const below = ['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' }).map((path) =>
      join(folder, path),
    ),
  );
  return [...readdirSync(project), ...below].filter((path) => path.endsWith('.md'));
}

function proseOf(page: string): string {
  return readFileSync(join(project, page), 'utf8').replace(/^( *)```.*?^ *```$/gms, '');
}

const knownAnchors = new Map<string, Set<string>>();

/** The anchors of a page's headings; a repeated one gets a number, as on GitHub. */
function anchorsOf(page: string): Set<string> {
  const found = knownAnchors.get(page);
  if (found) return found;
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#+ (.*)$/gm)) {
    const slug = headingSlug(heading);
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  knownAnchors.set(page, anchors);
  return anchors;
}

function problemOf(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(project, resolve(project, dirname(page), path));
  if (!existsSync(join(project, target))) return `${page}: ${link} does not exist`;
  if (anchor === undefined || anchorsOf(target).has(anchor)) return undefined;
  return `${page}: ${link}: ${target} has no heading "${anchor}"`;
}

describe('the documents', () => {
  it('have no dead links', () => {
    const problems = pages().flatMap((page) =>
      [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^\w+:/.test(link))
        .map((link) => problemOf(page, link)),
    );
    assert.deepEqual(
      problems.filter((problem) => problem !== undefined),
      [],
    );
  });

  it('name only files that exist, apart from the decision records, which are history', () => {
    const named = pages()
      .filter((page) => !page.startsWith('docs/adr/') && page !== 'CHANGELOG.md' && !isGenerated(page))
      .flatMap((page) =>
        [...proseOf(page).matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => ({ page, text })),
      );
    const missing = named.filter(
      ({ text }) => sourcePath.test(text) && !built.has(text) && !existsSync(join(project, text)),
    );
    assert.deepEqual(missing, []);
  });

  it('are all in the sidebar of the site', () => {
    const decisions = /^docs\/adr\/\d/;
    assert.deepEqual(
      Object.values(groups).flat().toSorted(),
      pages()
        .filter((page) => !decisions.test(page) && !isGenerated(page))
        .toSorted(),
    );
  });

  it('describe every module that the package exports', () => {
    const { exports } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    const { entryPoints } = JSON.parse(readFileSync(join(project, 'docs/typedoc.json'), 'utf8')) as {
      entryPoints: string[];
    };
    const exported = Object.keys(exports).map((path) => path.slice(2));
    assert.deepEqual(modules.toSorted(), exported.map((name) => `pouch/${name}`).toSorted());
    assert.deepEqual(entryPoints.toSorted(), exported.map((name) => `../${name}/index.ts`).toSorted());
  });
});
