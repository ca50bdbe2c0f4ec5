import { existsSync } from 'node:fs';
import { definePlugin, Type } from 'pouch/hooks';

/** A page that fails in every way; files in `dir` switch a fault on. */
export default definePlugin({
  name: 'bad-pages',
  options: Type.Object({ dir: Type.String() }),
  setup({ page, effect, hooks, options: { dir } }) {
    effect({
      kind: 'bad-effect',
      describe: (async () => {
        if (existsSync(`${dir}/fault-describe`)) await new Promise(() => undefined);
        return 'does nothing';
      }) as never,
      apply: async () => undefined,
      undo: async () => undefined,
    });
    hooks.container.preCreate.tap({ when: { label: 'bad' } }, (draft) => {
      draft.effects['bad'] = { kind: 'bad-effect', stage: 'create', args: {} };
    });
    const fault = (name: string) => existsSync(`${dir}/fault-${name}`);
    const text = (content: unknown) => ({ blocks: [{ kind: 'text', text: content }] }) as never;
    page({
      name: 'bad',
      title: 'Bad <b>page</b>',
      doc: 'It fails on demand.',
      deadlineMs: 1500,
      async render({ query }) {
        if (fault('throw')) throw new Error('the <b>disk</b> is gone');
        if (fault('hang')) await new Promise(() => undefined);
        if (fault('spin')) for (;;);
        if (fault('kill')) process.kill(process.pid, 'SIGKILL');
        if (fault('flood')) for (;;) process.stdout.write('x'.repeat(65_536));
        if (fault('huge')) return text('x'.repeat(100 * 1024 * 1024));
        if (fault('large')) return text('x'.repeat(2 * 1024 * 1024));
        if (fault('rows'))
          return { blocks: [{ kind: 'table', columns: ['a'], rows: new Array(1001).fill(['x']) }] } as never;
        if (fault('uneven'))
          return { blocks: [{ kind: 'table', columns: ['a'], rows: [['x', 'y']] }] } as never;
        if (fault('nothing')) return undefined as never;
        if (fault('bigint')) return text(1n);
        if (fault('circle')) {
          const circle: { blocks: unknown[] } = { blocks: [] };
          circle.blocks.push(circle);
          return circle as never;
        }
        if (fault('markup')) return '<script>alert(1)</script>' as never;
        if (fault('kind')) return { blocks: [{ kind: 'html', html: '<b>' }] } as never;
        if (fault('link')) {
          const link = { page: 'javascript:alert(1)' };
          return { blocks: [{ kind: 'links', links: [{ text: 'x', link }] }] } as never;
        }
        if (fault('href')) {
          const link = { page: 'bad', href: 'https://evil.example/' };
          return { blocks: [{ kind: 'links', links: [{ text: 'x', link }] }] } as never;
        }
        return {
          blocks: [
            { kind: 'facts', facts: [{ name: 'asked', value: query['ask'] ?? 'nothing' }] },
            { kind: 'links', links: [{ text: 'again', link: { page: 'bad', query: { ask: '"><i>&' } } }] },
          ],
        };
      },
    });
  },
});
