import { definePlugin, PouchError, token } from 'pouch/hooks';

interface Users {
  ask(question: string, more?: unknown): Promise<unknown>;
}
const Users = token<Users>('directory.users');
const never = () => new Promise(() => undefined);

/** A service that fails as it is asked to. */
export default definePlugin({
  name: 'directory',
  version: '1.4.0',
  provides: { users: Users },
  setup({ provide }) {
    const replies: Record<string, (more: unknown) => unknown> = {
      data: (more) => ({ name: 'ann', more: more ?? 'nothing', list: [1, null, { a: true }] }),
      nothing: () => undefined,
      slow: () => new Promise((resolve) => setTimeout(() => resolve('slow'), 1000)),
      refuse: () => {
        throw new PouchError('PCH_CONFLICT', 'the directory is closed', { hint: 'open it' });
      },
      fail: () => {
        throw new Error('no network');
      },
      hang: never,
      spin: () => {
        for (;;);
      },
      kill: () => process.kill(process.pid, 'SIGKILL') && never(),
      date: () => new Date(0),
      huge: () => 'x'.repeat(20 * 1024 * 1024),
    };
    // A `then` would make a promise of the service.
    const service = { ask: async (question: string, more?: unknown) => await replies[question]?.(more) };
    provide({ users: service }, { deadlinesMs: { users: { ask: 2000 } } });
  },
});
