import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { definePlugin, Type } from 'pouch/hooks';

/** Drivers that fail in every way; files in `dir` switch a fault on. */
export default definePlugin({
  name: 'bad-drivers',
  options: Type.Object({ dir: Type.String() }),
  setup({ volumeDriver, options: { dir } }) {
    const fault = (name: string) => existsSync(`${dir}/fault-${name}`);
    const never = () => new Promise<never>(() => undefined);
    /** What is elsewhere: a file for each volume. */
    const share = (volume: string) => `${dir}/share-${volume}`;
    const fail = (moment: string) => {
      if (fault(`kill-${moment}`)) process.kill(process.pid, 'SIGKILL');
      if (fault(moment)) throw new Error(`the server is away (${moment})`);
    };
    volumeDriver({
      name: 'shares',
      doc: 'A file elsewhere for each volume.',
      deadlineMs: 3000,
      options: Type.Object({
        size: Type.Optional(Type.Integer({ minimum: 1 })),
        lazy: Type.Optional(Type.Boolean()),
      }),
      async create({ name, options }) {
        fail('before-create');
        writeFileSync(share(name), JSON.stringify(options));
        fail('after-create');
        if (fault('hang-create')) await never();
      },
      async remove({ name }) {
        fail('before-remove');
        rmSync(share(name), { force: true });
        fail('after-remove');
      },
      status: ({ name }) => ({ Share: share(name) }),
    });
    volumeDriver({
      name: 'hangs',
      doc: 'Never returns.',
      effects: () => (fault('hang-effects') ? never() : {}),
      status: never,
    });
    volumeDriver({
      name: 'garbage',
      doc: 'Returns what is not effects.',
      effects: ({ name }) => {
        const returned: Record<string, unknown> = {
          text: 'mount it',
          cyclic: (() => {
            const self: Record<string, unknown> = {};
            self['self'] = self;
            return { mount: { kind: 'host.mount', args: self } };
          })(),
          many: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`e${i}`, { kind: 'x', args: {} }])),
          unnamed: { '../x': { kind: 'host.mount', args: {} } },
          needy: { a: { kind: 'host.mount', args: {}, needs: ['b'] } },
          args: { mount: { kind: 'host.mount', args: { type: 'ext4', target: '/x' } } },
          unknown: { mount: { kind: 'no-such-kind', args: {} } },
          core: { mount: { kind: 'snapshot', args: {} } },
        };
        return returned[name] as never;
      },
      status: () => ({ deep: { a: 1 } }) as never,
    });
  },
});
