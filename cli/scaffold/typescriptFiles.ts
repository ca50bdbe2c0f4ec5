import { packageJson } from './packageJson.ts';
import { aboutHarness, readme } from './readme.ts';
import type { ScaffoldOptions } from './scaffoldOptions.ts';

export const npmTest = 'npm install\nnpm test';

/** Files of a plugin in TypeScript, which pouchd loads without a build. */
export function typescriptFiles({ name, pouch }: ScaffoldOptions): Record<string, string> {
  return {
    [`${name}.ts`]: plugin(name),
    [`${name}.test.ts`]: test(name),
    'package.json': packageJson(name, `tsc && tsx --test ${name}.test.ts`, {
      '@types/node': '^20',
      pouch,
      tsx: '^4',
      typescript: '^6',
    }),
    'tsconfig.json': `${JSON.stringify({ compilerOptions }, null, 2)}\n`,
    'README.md': readme(name, `${name}.ts`, npmTest, aboutHarness),
  };
}

const compilerOptions = {
  target: 'es2023',
  // Without the types of browsers, and without a check of the declarations of packages: a third of the time.
  lib: ['es2023'],
  skipLibCheck: true,
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  types: ['node'],
};

function plugin(name: string): string {
  return `import { definePlugin, Type } from 'pouch/hooks';

export default definePlugin({
  name: '${name}',
  doc: 'Labels every container with its owner.',
  hooks: ['container.preCreate'],
  options: Type.Object({
    owner: Type.String({ default: 'nobody', description: 'The label of containers that have none.' }),
  }),
  setup({ hooks, options }) {
    // A tap of a plan hook changes the draft, and nothing on the host.
    hooks.container.preCreate.tap((draft) => {
      draft.labels['owner'] ??= options.owner;
    });
  },
});
`;
}

function test(name: string): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHarness } from 'pouch/testing';
import plugin from './${name}.ts';

test('a container gets the label', async () => {
  const harness = await createHarness(plugin, { options: { owner: 'ops' } });
  const { draft, blame } = await harness.plan({ image: 'busybox' });
  assert.equal(draft.labels['owner'], 'ops');
  assert.ok(blame.some(({ plugin, field }) => plugin === '${name}' && field === 'labels.owner'));
  await harness.dispose();
});

test('the label of a request is kept', async () => {
  const harness = await createHarness(plugin);
  const { draft } = await harness.plan({ labels: { owner: 'web' } });
  assert.equal(draft.labels['owner'], 'web');
  await harness.dispose();
});

test('an option that does not exist is refused', async () => {
  await assert.rejects(createHarness(plugin, { options: { owners: 'ops' } }), /owners/);
});
`;
}
