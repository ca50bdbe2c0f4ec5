import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '../../../../hooks/catalogue.ts';
import { PouchError } from '../../../../hooks/errors.ts';
import { unread } from '../../../../hooks/unread.ts';
import { skip } from '../../../support/skip.ts';
import { makeDraft } from './support/draft.ts';
import { entry, load, rejection } from './support/load.ts';

const { preCreate } = catalogue.container;

describe('a plugin file', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pouch-plugin-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function write(name: string, text: string): string {
    writeFileSync(join(directory, name), text, { mode: 0o644 });
    return join(directory, name);
  }

  async function loadFile(path: string, options: Record<string, unknown> = {}) {
    const loaded = await load([], { entries: [entry({ path, options })], timeoutMs: 2_000 });
    return { ...loaded, status: loaded.generation.plugins[0] };
  }

  const typescript = `
    import { definePlugin, PouchError, Type } from 'pouch/hooks';
    import type { ContainerDraft } from 'pouch/hooks';
    import { greeting } from './greeting.ts';
    export default definePlugin({
      name: 'greeter',
      options: Type.Object({ to: Type.String({ default: 'world' }) }),
      setup({ hooks, options }) {
        hooks.container.preCreate.tap((draft: ContainerDraft) => {
          if (options.to === 'nobody') throw new PouchError('PCH_BAD_REQUEST', 'nobody to greet');
          draft.labels.greeting = \`\${greeting} \${options.to}\`;
        });
      },
    });`;

  it('in TypeScript works without a build, with imports beside it and pouch/hooks', async () => {
    write('greeting.ts', `export const greeting: string = 'hello';`);
    const { runner, log, status } = await loadFile(write('greeter.ts', typescript));
    assert.deepEqual(status, {
      name: 'greeter',
      source: join(directory, 'greeter.ts'),
      isolation: 'in-process',
      state: 'active',
      hooks: ['container.preCreate'],
    });
    const { draft } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(draft.labels.greeting, 'hello world');
  });

  it('that is required, without a secret of its options, is quarantined, and no container is made', async () => {
    const required = typescript.replace("name: 'greeter',", "name: 'greeter', required: true,");
    write('greeting.ts', `export const greeting: string = 'hello';`);
    const options = Object.fromEntries(unread('expected a readable file, found /none'));
    const { runner, log, status } = await loadFile(write('greeter.ts', required), options);
    assert.equal(status?.state, 'quarantined');
    assert.match(status.error ?? '', /^expected a readable file, found \/none \(once it can be read, /);
    const { code } = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.equal(code, 'PCH_PLUGIN_QUARANTINED');
  });

  it('in TypeScript with a syntax error is quarantined, with the place in the line of its message', async () => {
    const { status } = await loadFile(write('bad.ts', 'export default {\n  name: ;\n};'));
    assert.match(status?.error ?? '', /^plugin file .*bad\.ts cannot be loaded: .*bad\.ts:2:\d+/);
    assert.doesNotMatch(status?.error ?? '', /\n/);
  });

  /** What gives `ok` in a plugin, by what imports it beside. */
  const language: [what: string, top: string, value: string][] = [
    ['import.meta', '', `import.meta.url.endsWith('uses.ts') ? 'ok' : import.meta.url`],
    ['await at its top level', `const late = await Promise.resolve('ok');`, 'late'],
    ['a module that awaits at its top level', `import { late } from './late.ts';`, 'late'],
    ['a module that is imported later', '', `(await import('./late.ts')).late`],
    ['an enum', `enum State { Ok = 'ok' }`, 'State.Ok'],
    ['a namespace', `namespace State { export const value = 'ok'; }`, 'State.value'],
    ['a decorator', `function named(it: any) { it.label = 'ok'; }\n@named\nclass It {}`, '(It as any).label'],
    [
      'a decorator in a line',
      `function set(it: any) { it.x = () => 'ok'; }
class It { @set y() {} }`,
      '(new It() as any).x()',
    ],
    ['parameter properties', `class It { constructor(readonly value: string) {} }`, `new It('ok').value`],
    [
      'private fields and satisfies',
      `class It { #v = 'ok'; get v() { return this.#v; } }`,
      `new It().v satisfies string`,
    ],
    ['what another module exports again', `import { ok } from './again.ts';`, 'ok'],
    ['a circle of modules', `import { one } from './one.ts';`, 'one()'],
    ['types of another module', `import { type Only, ok } from './again.ts';`, 'ok as Only'],
    ['a module of Node', `import * as path from 'node:path';`, `path.basename('/x/ok')`],
  ];
  for (const [what, top, value] of language)
    it(`in TypeScript has ${what}`, async () => {
      write('late.ts', `export const late: string = await Promise.resolve('ok');`);
      write('again.ts', `export type Only = string;\nexport * from './original.ts';`);
      write('original.ts', `export const ok = 'ok';`);
      write(
        'one.ts',
        `import { two } from './two.ts';\nexport const one = () => two();\nexport const value = 'ok';`,
      );
      write('two.ts', `import { value } from './one.ts';\nexport const two = () => value;`);
      const text = `import { definePlugin } from 'pouch/hooks';
${top}
export default definePlugin({
  name: 'uses',
  setup({ hooks }) {
    hooks.container.preCreate.tap(async (draft) => void (draft.labels.uses = ${value}));
  },
});`;
      const { runner, log, status } = await loadFile(write('uses.ts', text));
      assert.equal(status?.error, undefined);
      const { draft } = await runner.plan(preCreate, makeDraft(), { log });
      assert.equal(draft.labels.uses, 'ok');
    });

  it('injects a service that another file provides, with a token of the same name', async () => {
    const provider = write(
      'users.ts',
      `import { definePlugin, token } from 'pouch/hooks';
       const Users = token<{ emailOf(name: string): string }>('users.users');
       export default definePlugin({
         name: 'users', version: '1.0.0', provides: { users: Users },
         setup: ({ provide }) => provide({ users: { emailOf: (name) => name + '@corp.example' } }),
       });`,
    );
    const consumer = write(
      'mail.js',
      `import { definePlugin, token, versioned } from 'pouch/hooks';
       export default definePlugin({
         name: 'mail', inject: { users: versioned(token('users.users'), '1.x') },
         setup: ({ hooks, services: { users } }) =>
           hooks.container.preCreate.tap((draft) => { draft.labels.mail = users.emailOf('ann'); }),
       });`,
    );
    const entries = [entry({ path: consumer }), entry({ path: provider })];
    const { runner, log } = await load([], { entries });
    const { draft } = await runner.plan(preCreate, makeDraft(), { log });
    assert.equal(draft.labels.mail, 'ann@corp.example');
  });

  it('throws the PouchError of this program, so that its code is kept', async () => {
    write('greeting.ts', `export const greeting = 'hello';`);
    const { runner, log } = await loadFile(write('greeter.ts', typescript), { to: 'nobody' });
    const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
    assert.ok(error instanceof PouchError);
    assert.deepEqual([error.code, error.plugin], ['PCH_BAD_REQUEST', 'greeter']);
  });

  it('works in JavaScript, as a module and as CommonJS', async () => {
    const body = `{ name: 'plain', setup({ hooks }) { hooks.container.preCreate.tap((d) => { d.labels.x = '1'; }); } }`;
    for (const path of [
      write('a.mjs', `export default ${body};`),
      write('b.js', `export default ${body};`),
      write('c.cjs', `module.exports = ${body};`),
    ]) {
      assert.equal((await loadFile(path)).status?.state, 'active', path);
    }
  });

  it('is read anew by a reload, with what it imports', async () => {
    const greeting = write('greeting.ts', `export const greeting = 'hello';`);
    const path = write('greeter.ts', typescript);
    await loadFile(path);
    writeFileSync(greeting, `export const greeting = 'goodbye';`);
    const { runner, log } = await loadFile(path);
    assert.equal((await runner.plan(preCreate, makeDraft(), { log })).draft.labels.greeting, 'goodbye world');
  });

  const broken: [string, string, RegExp][] = [
    ['that does not parse', 'export default {', /cannot be loaded/],
    ['that throws', `throw new Error('at import'); export default {};`, /cannot be loaded: at import/],
    ['that imports a missing file', `import './gone.ts'; export default {};`, /cannot be loaded: .*gone/],
    ['without a default export', `export const plugin = 1;`, /its default export must be a plugin/],
    ['that never ends', `await new Promise(() => {}); export default {};`, /did not end within/],
  ];
  for (const [what, text, message] of broken) {
    it(`${what} is quarantined under the name of the file`, async function () {
      this.timeout(10_000);
      const { status } = await loadFile(write('broken.ts', text));
      assert.deepEqual([status?.name, status?.state], ['broken', 'quarantined']);
      assert.match(status?.error ?? '', message);
    });
  }

  it('that is missing is quarantined', async () => {
    assert.match(
      (await loadFile(join(directory, 'gone.ts'))).status?.error ?? '',
      /gone\.ts cannot be read: ENOENT/,
    );
  });

  it('that is a directory is quarantined', async () => {
    const { error = '' } = (await loadFile(directory)).status ?? {};
    assert.match(
      error,
      /is not a regular file .*for a folder, name the file of the plugin in it: .*\/NAME\.ts/,
    );
  });

  it('that everybody can write to is not run', async () => {
    const path = write('open.ts', `globalThis.ran = true; export default {};`);
    chmodSync(path, 0o666);
    const { status } = await loadFile(path);
    assert.match(status?.error ?? '', /open\.ts can be written by every user.*chmod o-w/);
    assert.equal('ran' in globalThis, false);
  });

  for (const [uid, gid, isRun] of [
    [0, 0, true],
    [0, 12345, false],
    [12345, 12345, true],
    [12345, 54321, false],
  ] as const)
    it(`of user ${uid} that group ${gid} can write to is ${isRun ? '' : 'not '}run`, async function () {
      if (process.getuid?.() !== 0) skip(this, 'it gives files to other users');
      const path = write('group.ts', `export default { name: 'group', setup() {} };`);
      chownSync(path, uid, gid);
      chmodSync(path, 0o664);
      const { status } = await loadFile(path);
      if (isRun) assert.equal(status?.state, 'active');
      else
        assert.match(
          status?.error ?? '',
          new RegExp(`can be written by the users of group ${gid}.*chmod g-w`),
        );
    });

  it('in a directory that everybody can write to is not run, whether linked or not', async () => {
    const open = join(directory, 'open');
    mkdirSync(open);
    writeFileSync(join(open, 'x.ts'), 'export default {};', { mode: 0o644 });
    symlinkSync(join(open, 'x.ts'), join(directory, 'link.ts'));
    symlinkSync(write('safe.ts', 'export default {};'), join(open, 'link.ts'));
    chmodSync(open, 0o777);
    for (const path of [join(open, 'x.ts'), join(directory, 'link.ts'), join(open, 'link.ts')]) {
      assert.match((await loadFile(path)).status?.error ?? '', /open can be written by every user/, path);
    }
  });

  it('below a directory in which everybody can rename things is not run', async () => {
    const above = join(directory, 'above');
    mkdirSync(join(above, 'plugins'), { recursive: true });
    writeFileSync(join(above, 'plugins', 'x.ts'), 'export default {};', { mode: 0o644 });
    chmodSync(above, 0o777);
    const { status } = await loadFile(join(above, 'plugins', 'x.ts'));
    assert.match(status?.error ?? '', /above can be written by every user/);
  });

  describe('that loads another', () => {
    const named = (body: string) =>
      `${body} ({ name: 'entry', setup({ hooks }) { hooks.container.preCreate.tap(later); } });`;
    const entries: [string, string, string, string][] = [
      [
        'TypeScript by TypeScript',
        'entry.ts',
        'helper.ts',
        named(`import './helper.ts'; function later() {} export default`),
      ],
      [
        'a module by a module',
        'entry.mjs',
        'helper.mjs',
        named(`import './helper.mjs'; function later() {} export default`),
      ],
      [
        'CommonJS by CommonJS',
        'entry.cjs',
        'helper.cjs',
        named(`require('./helper.cjs'); function later() {} module.exports =`),
      ],
      [
        'CommonJS by a module',
        'entry.mjs',
        'helper.cjs',
        named(`import './helper.cjs'; function later() {} export default`),
      ],
      [
        'JSON by TypeScript',
        'entry.ts',
        'helper.json',
        named(`import './helper.json'; function later() {} export default`),
      ],
    ];
    const contentOf = (name: string) =>
      name.endsWith('.json') ? '{}' : `globalThis.ran = true; ${name.endsWith('.cjs') ? '' : 'export {};'}`;

    afterEach(() => {
      delete (globalThis as { ran?: boolean }).ran;
    });

    for (const [what, entryName, helperName, text] of entries) {
      it(`${what} runs it; not if everybody can write to it`, async () => {
        const helper = write(helperName, contentOf(helperName));
        const path = write(entryName, text);
        assert.equal((await loadFile(path)).status?.state, 'active');
        assert.equal('ran' in globalThis, !helperName.endsWith('.json'));
        delete (globalThis as { ran?: boolean }).ran;
        chmodSync(helper, 0o666);
        const { status, log } = await loadFile(path);
        assert.equal(status?.state, 'quarantined');
        assert.ok(status.error?.includes(`plugin file ${path} loads ${helper}: ${helper} can be written`));
        assert.equal('ran' in globalThis, false);
        assert.ok(log.lines.some(({ fields }) => fields['code'] === 'PCH_PLUGIN_UNSAFE'));
        chmodSync(helper, 0o644);
        assert.equal((await loadFile(path)).status?.state, 'active');
      });
    }

    it('later, in a tap, runs it; not if everybody can write to it', async () => {
      const helper = write('helper.mjs', contentOf('helper.mjs'));
      const text = named(`const later = async () => { await import('./helper.mjs'); }; export default`);
      const { runner, log } = await loadFile(write('entry.mjs', text));
      chmodSync(helper, 0o666);
      const error = await rejection(runner.plan(preCreate, makeDraft(), { log }));
      assert.deepEqual([error.code, error.plugin], ['PCH_PLUGIN_UNSAFE', 'entry']);
      assert.equal('ran' in globalThis, false);
      chmodSync(helper, 0o644);
      await runner.plan(preCreate, makeDraft(), { log });
      assert.equal('ran' in globalThis, true);
    });

    it('of a package, module or CommonJS, runs what it loads in turn; not if everybody can write to it', async () => {
      for (const [type, index] of [
        ['module', `import './inner.js'; export const value = 1;`],
        ['commonjs', `require('./inner.js'); exports.value = 1;`],
      ] as const) {
        const name = `a-${type}`;
        const folder = join(directory, 'node_modules', name);
        mkdirSync(folder, { recursive: true });
        const files = {
          'package.json': JSON.stringify({ name, type, main: 'index.js' }),
          'index.js': index,
        };
        for (const [file, content] of Object.entries(files)) write(join('node_modules', name, file), content);
        const inner = write(join('node_modules', name, 'inner.js'), 'globalThis.ran = true;');
        const text = named(
          `import { value } from '${name}'; function later() { return value; } export default`,
        );
        const path = write(`${type}.mjs`, text);
        assert.equal((await loadFile(path)).status?.state, 'active', type);
        assert.equal('ran' in globalThis, true);
        delete (globalThis as { ran?: boolean }).ran;
        chmodSync(inner, 0o666);
        assert.match(
          (await loadFile(path)).status?.error ?? '',
          /loads .*inner\.js can be written by every user/,
        );
        assert.equal('ran' in globalThis, false);
      }
    });

    it('in a directory that everybody can write to, also through a link, does not run it', async () => {
      const open = join(directory, 'open');
      mkdirSync(open);
      writeFileSync(join(open, 'helper.ts'), contentOf('helper.ts'), { mode: 0o644 });
      symlinkSync(join(open, 'helper.ts'), join(directory, 'link.ts'));
      chmodSync(open, 0o777);
      for (const helper of ['open/helper.ts', 'link.ts']) {
        const path = write('entry.ts', named(`import './${helper}'; function later() {} export default`));
        assert.match((await loadFile(path)).status?.error ?? '', /open can be written by every user/, helper);
        assert.equal('ran' in globalThis, false);
      }
    });

    it('that belongs to another user does not run it', async function () {
      if (process.getuid?.() !== 0) return skip(this, 'only root gives files away');
      const helper = write('helper.ts', contentOf('helper.ts'));
      chownSync(helper, 12345, 12345);
      const path = write('entry.ts', named(`import './helper.ts'; function later() {} export default`));
      assert.match((await loadFile(path)).status?.error ?? '', /helper\.ts belongs to user 12345.*chown/);
      assert.equal('ran' in globalThis, false);
      chownSync(path, 12345, 12345);
      assert.equal((await loadFile(path)).status?.state, 'active');
    });
  });
});
