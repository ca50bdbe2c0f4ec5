/** Plugin files that cannot be used, each in its own way. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface BrokenPlugin {
  name: string;
  /** Of its file. */
  source: string;
  /** Lines of its entry in pouchd.yaml, beside the path. */
  entry?: string;
  mode?: number;
  /** What `pouch info` shows for it. */
  says: RegExp;
}

const define = (name: string, body: string, more = '') =>
  `import { definePlugin, Type } from 'pouch/hooks';
export default definePlugin({ name: '${name}', ${more} setup({ hooks, options, richMode, runtime }) { ${body} } });
`;

export const brokenPlugins: BrokenPlugin[] = [
  {
    name: 'throws-at-load',
    source: `throw new Error('no database here');\n`,
    says: /no database here/,
  },
  {
    name: 'throws-in-setup',
    source: define('throws-in-setup', `throw new Error('no licence');`),
    says: /no licence/,
  },
  {
    name: 'not-typescript',
    source: `export default {{{\n`,
    says: /not-typescript/,
  },
  {
    name: 'no-plugin',
    source: `export const x = 1;\n`,
    says: /definePlugin|default/,
  },
  {
    name: 'unknown-hook',
    source: define('unknown-hook', `hooks.container.preDance.tap(() => {});`),
    says: /preDance/,
  },
  {
    name: 'unknown-order',
    source: define('unknown-order', `hooks.container.spec.tap({ after: ['nobody'] }, () => {});`),
    says: /nobody/,
  },
  {
    name: 'bad-options',
    source: define('bad-options', ``, `options: Type.Object({ size: Type.Number() }),`),
    entry: 'options: { size: many }',
    says: /pouchd\.yaml:\d+.*size|size.*pouchd\.yaml:\d+/s,
  },
  {
    name: 'writable-by-all',
    source: define('writable-by-all', ``),
    mode: 0o666,
    says: /written by every user|writable/,
  },
  {
    name: 'network-cni',
    source: define('network-cni', ``),
    says: /network-cni/,
  },
];

/** Writes them below a directory; returns the YAML that names them. */
export async function writeBroken(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const entries = await Promise.all(
    brokenPlugins.map(async ({ name, source, entry, mode = 0o600 }) => {
      const file = join(directory, `${name}.ts`);
      await writeFile(file, source);
      await chmod(file, mode);
      return `  - path: ${file}\n${entry ? `    ${entry}\n` : ''}`;
    }),
  );
  return `plugins:\n${entries.join('')}`;
}
