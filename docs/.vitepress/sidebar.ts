import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The pages of the site by group, in the order of the sidebar; paths from the root of the repository. Decisions are
 * listed by docs/adr/README.md.
 */
export const groups: Record<string, readonly string[]> = {
  Start: ['README.md', 'docs/guides/installing.md', 'docs/guides/first-plugin.md'],
  Use: guides(
    'rich',
    'operating-rich',
    'first-boot',
    'import',
    'ssh',
    'profiles',
    'host-agent',
    'fleets',
    'network',
    'registries',
    'build',
    'logs',
    'limits-and-checkpoints',
    'health-checks',
    'copy',
    'change-in-place',
    'lxcfs',
    'user-namespaces',
    'nested',
    'host-resources',
    'console',
  ),
  Runtimes: guides('runtimes', 'runlxc', 'kata'),
  Extend: [
    ...guides(
      'plugins',
      'process-plugins',
      'scripts',
      'effects',
      'volume-drivers',
      'network-drivers',
      'sidecars',
      'log-drivers',
      'image-sources',
      'nri',
      'managing-plugins',
      'debugging-plugins',
      'policy',
    ),
    ...[
      'corp-hosts',
      'legacy-limits',
      'max-running',
      'env-to-limits',
      'nri-team-limits',
      'require-owner',
      'corp-baseline',
      'nfs-home',
      'ram-volumes',
      'lan',
      'folder-images',
      'simple-mode',
      'audit',
      'license-mac',
      'legacy-init',
    ].map((name) => `examples/${name}/README.md`),
  ],
  Operate: [
    'SECURITY.md',
    'docs/security.md',
    ...guides('remote-access', 'metrics', 'troubleshooting', 'damage', 'performance'),
  ],
  Reference: [
    ...[
      'cli',
      'configuration',
      'effects',
      'errors',
      'hooks',
      'contributions',
      'services',
      'plugin-protocol',
      'runtimes',
      'rich-matrix',
      'rich-matrix-v2',
      'engine-api',
    ].map((name) => `docs/reference/${name}.md`),
    'docs/compatibility.md',
    'docs/glossary.md',
  ],
  Inside: ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/adr/README.md'],
};

/** Modules for plugin authors and clients; typedoc writes their pages to docs/api, which is not checked in. */
export const modules = ['pouch/hooks', 'pouch/testing', 'pouch/client'];

/** Groups of links, each with the title of its page. */
export function sidebar(root: string): { text: string; items: { text: string; link: string }[] }[] {
  return Object.entries(groups).map(([text, paths]) => ({
    text,
    items: [
      ...paths.map((path) => ({ text: titleOf(join(root, path)), link: linkTo(path) })),
      ...(text === 'Reference' ? modules : []).map((name) => ({ text: name, link: `/docs/api/${name}/` })),
    ],
  }));
}

function guides(...names: string[]): string[] {
  return names.map((name) => `docs/guides/${name}.md`);
}

/** The text of its first heading, without marks. */
function titleOf(file: string): string {
  const [, title = file] = /^# (.*)$/m.exec(readFileSync(file, 'utf8')) ?? [];
  return title.replaceAll('`', '');
}

function linkTo(path: string): string {
  return path === 'README.md' ? '/' : `/${path.replace(/\.md$/, '')}`;
}
