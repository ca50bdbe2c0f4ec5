import type { PathGrants, PluginGrants } from '../../../config/types.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { ProcessManifest, WantedRight } from '../../../hooks/processProtocol.ts';
import { isWithin } from './places.ts';

/** @throws PCH_PLUGIN_RIGHTS if the entry of a plugin does not grant what its manifest wants */
export function requireRights({ name, wants = [] }: ProcessManifest, grants: PluginGrants): void {
  const missing = wants.filter((right) => typeof right === 'string' && !grants[right]) as string[];
  const paths = wants.map((right) => missingPaths(right, grants.paths ?? {}));
  const [read, write] = (['read', 'write'] as const).map((use) => paths.flatMap((one) => one[use] ?? []));
  const wanted = [...missing, ...(read ?? []).map(to('read')), ...(write ?? []).map(to('write'))];
  if (wanted.length === 0) return;
  const granted = [
    ...missing.map((right) => `${right}: true`),
    ...(wanted.length > missing.length
      ? [`paths: { ${[list('read', read), list('write', write)].filter(Boolean).join(', ')} }`]
      : []),
  ];
  throw new PouchError(
    'PCH_PLUGIN_RIGHTS',
    `plugin ${name} wants ${wanted.join(' and ')}, which its entry does not grant`,
    {
      plugin: name,
      hint: `write \`grants: { ${granted.join(', ')} }\` in its entry in pouchd.yaml if you trust it with that`,
    },
  );
}

/** What is granted to be written may be read too. */
function missingPaths(right: WantedRight, { read = [], write = [] }: PathGrants): PathGrants {
  if (typeof right === 'string') return {};
  const without = (paths: readonly string[] = [], granted: readonly string[]) =>
    paths.filter((path) => !granted.some((directory) => isWithin(path, directory)));
  return { read: without(right.paths.read, [...read, ...write]), write: without(right.paths.write, write) };
}

const to = (use: string) => (path: string) => `to ${use} ${path}`;

function list(use: string, paths: readonly string[] = []): string {
  return paths.length === 0 ? '' : `${use}: [${paths.join(', ')}]`;
}
