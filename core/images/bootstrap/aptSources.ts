import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A source of the host's apt configuration for one suite. */
export interface AptSource {
  uri: string;
  suite: string;
  components: string;
  signedBy?: string;
}

/**
 * Returns the host's apt sources of a release and its updates in the one-line format: a base image uses the same
 * mirrors as the host. Empty if the host has another release.
 */
export async function hostSources(suite: string, directory = '/etc/apt'): Promise<string[]> {
  const texts = await readAll(directory);
  const sources = texts.flatMap(({ name, text }) => (name.endsWith('.list') ? oneLine(text) : deb822(text)));
  const wanted = new Set([suite, `${suite}-updates`, `${suite}-security`, `${suite}/updates`]);
  const found = sources.filter((source) => wanted.has(source.suite));
  return found.some((source) => source.suite === suite) ? found.map(format) : [];
}

/** Parses sources.list(5), "DEB822-STYLE FORMAT". */
export function deb822(text: string): AptSource[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(withoutComments(stanza))?.[1]?.trim() ??
      '';
    if (!words(field('Types')).includes('deb') || /^(no|false|0)$/i.test(field('Enabled'))) return [];
    // An embedded key spans lines, which the one-line format does not allow.
    const signedBy = field('Signed-By').startsWith('/') ? field('Signed-By') : undefined;
    const components = words(field('Components')).join(' ');
    return words(field('URIs')).flatMap((uri) =>
      words(field('Suites')).map((suite) => ({ uri, suite, components, ...(signedBy && { signedBy }) })),
    );
  });
}

/** Parses sources.list(5), "ONE-LINE-STYLE FORMAT". */
export function oneLine(text: string): AptSource[] {
  return withoutComments(text)
    .split('\n')
    .flatMap((line) => {
      const [, options = '', uri, suite, components = ''] =
        /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
      if (uri === undefined || suite === undefined) return [];
      const signedBy = /(?:^|\s)signed-by=(\S+)/.exec(options)?.[1];
      return [{ uri, suite, components: components.trim(), ...(signedBy && { signedBy }) }];
    });
}

function format({ uri, suite, components, signedBy }: AptSource): string {
  return `deb ${signedBy ? `[signed-by=${signedBy}] ` : ''}${uri} ${suite} ${components}`.trimEnd();
}

async function readAll(directory: string): Promise<{ name: string; text: string }[]> {
  const parts = join(directory, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const files = [
    join(directory, 'sources.list'),
    ...names.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(parts, name)),
  ];
  return Promise.all(
    files.map(async (name) => ({ name, text: await readFile(name, 'utf8').catch(() => '') })),
  );
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*\n?/gm, '');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
