import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { definePlugin, PouchError, Type } from 'pouch/hooks';

/** Verbs that work, and one that fails in the way of its argument. */
export default definePlugin({
  name: 'bad-verbs',
  options: Type.Object({
    version: Type.Integer({ default: 1 }),
    hasLater: Type.Boolean({ default: true }),
    go: Type.String({ description: 'The file that ends `bad lasts`.' }),
  }),
  setup({ hooks, options: { version, hasLater, go }, verb }) {
    const seen = { released: () => {}, written: 0, aborted: 'no' };
    hooks.container.preCreate.tap((draft) => void (draft.labels['plugin'] = `version ${version}`));

    verb({
      name: 'greet',
      doc: 'Greet people',
      args: Type.Object({ people: Type.Array(Type.String(), { description: 'Names' }) }),
      options: Type.Object({
        times: Type.Integer({ default: 1, description: 'How often' }),
        code: Type.Optional(Type.Integer()),
        isLoud: Type.Optional(Type.Boolean({ description: 'In capitals' })),
      }),
      async run({ args: { people }, options: { times, code, isLoud = false } }, { out, err }) {
        for (const name of people) {
          if (name === 'nobody')
            throw new PouchError('PCH_CONFLICT', 'expected a person, found nobody', {
              hint: 'name somebody',
            });
          for (let i = 0; i < times; i++) await out(`${isLoud ? name.toUpperCase() : `hello ${name}`}\n`);
        }
        if (code !== undefined) await err(`ends with ${code}\n`);
        return code;
      },
    });
    verb({ name: 'release', doc: 'Has `bad waits` continue', run: () => seen.released() });
    verb({
      name: 'seen',
      doc: 'Print what `bad` has seen',
      run: (_input, { out }) => out(`${seen.written} ${seen.aborted} version ${version}\n`),
    });
    if (hasLater) verb({ name: 'later', doc: 'Is removed later', run: (_input, { out }) => out('later\n') });
    verb({
      name: 'bad',
      doc: 'Fail',
      deadlineMs: 20_000,
      args: Type.Object({ how: Type.String() }),
      async run({ args: { how } }, { out, err, signal }) {
        signal.addEventListener('abort', () => (seen.aborted = (signal.reason as Error).message));
        Object.assign(seen, { written: 0, aborted: 'no' });
        if (how === 'waits') {
          await out('first\n');
          await new Promise<void>((resolve) => (seen.released = resolve));
          await out(`second of version ${version}\n`);
          return 3;
        }
        if (how === 'lasts') {
          await out('first\n');
          while (!existsSync(go)) await delay(20);
          await out(`second of version ${version}\n`);
        }
        if (how === 'ignores') await new Promise(() => undefined);
        if (how === 'writes much')
          for (let n = 0; n < 100_000; n += 1) await out(`${String(n).padStart(9, '0')}\n`);
        if (how === 'writes at once') {
          for (let n = 0; n < 1000; n += 1) void out(`${n} `);
          void out('€'.repeat(3 * 1024 * 1024));
          void err('\u{1f600}'.repeat(300_000));
        }
        if (how === 'floods')
          for (const line = 'x'.repeat(1000); ; seen.written += line.length) await out(line);
        if (how === 'throws') throw new Error('not today');
        if (how === 'exits') process.exit(7);
        if (how === 'is killed') {
          await out('before\n');
          process.kill(process.pid, 'SIGKILL');
        }
        if (how === 'returns text') return 'text' as never;
        if (how === 'returns 300') return 300;
        if (how === 'returns NaN') return NaN;
        if (how === 'returns an object') return { circle: [1n] } as never;
        return undefined;
      },
    });
    verb({
      name: 'late',
      doc: 'Miss its deadline',
      deadlineMs: 700,
      args: Type.Object({ how: Type.String() }),
      async run({ args: { how } }, { out, signal }) {
        await out('begins\n');
        if (how === 'spins') for (;;);
        await new Promise((_resolve, reject) =>
          how === 'heeds' ? signal.addEventListener('abort', () => reject(new Error('late'))) : undefined,
        );
      },
    });
  },
});
