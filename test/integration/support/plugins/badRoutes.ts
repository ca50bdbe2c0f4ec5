import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { currentCaller, definePlugin, PouchError, Type } from 'pouch/hooks';

const headers: Record<string, Record<string, string>> = {
  'its connection': { Connection: 'close' },
  'its length': { 'content-length': '3' },
  'a bad header': { 'x-a': 'b\r\nX-Injected: yes' },
  'a bad name': { 'x a': 'b' },
  'a header twice': { 'x-a': 'b', 'X-A': 'c' },
  'large headers': { 'x-a': 'x'.repeat(17_000) },
};

/** Routes that work, and one that fails in the way of its parameter. */
export default definePlugin({
  name: 'bad-routes',
  options: Type.Object({
    version: Type.Integer({ default: 1 }),
    hasLater: Type.Boolean({ default: true }),
    go: Type.String({ description: 'The file that ends `GET /bad/lasts`.' }),
  }),
  setup({ options: { version, hasLater, go }, route }) {
    const seen = { begun: '', aborted: 'no', posts: 0, written: 0 };

    route({
      method: 'PUT',
      path: '/people/:name',
      body: Type.Object({ age: Type.Integer({ minimum: 0 }), town: Type.String({ default: 'Ulm' }) }),
      handle: ({ params, body, query }) => ({ status: 201, json: { ...params, ...body, ...query } }),
    });
    route({ method: 'GET', path: '/people', handle: () => ({ text: 'ann\nbob\n' }) });
    route({
      method: 'GET',
      path: '/page',
      handle: () => ({ text: '<p>', type: 'text/html; charset=utf-8' }),
    });
    route({ method: 'GET', path: '/caller', handle: () => ({ json: currentCaller() }) });
    route({ method: 'GET', path: '/seen', handle: () => ({ json: { ...seen, version } }) });
    route({ method: 'DELETE', path: '/people', handle: () => undefined });
    if (hasLater) route({ method: 'GET', path: '/later', handle: () => ({ json: 'later' }) });
    route({
      method: 'POST',
      path: '/posts',
      handle() {
        seen.posts += 1;
        process.kill(process.pid, 'SIGKILL');
      },
    });
    route({
      method: 'GET',
      path: '/headers',
      handle: () => ({ json: 1, status: 203, headers: { 'X-Own': 'yes', 'cache-control': 'no-store' } }),
    });
    route({
      method: 'GET',
      path: '/stream/:how',
      deadlineMs: 20_000,
      async handle({ params: { how }, signal, stream }) {
        signal.addEventListener('abort', () => (seen.aborted = (signal.reason as Error).message));
        Object.assign(seen, { begun: how, aborted: 'no', written: 0 });
        if (how === 'a bad head') stream({ headers: { 'Transfer-Encoding': 'chunked' } });
        const write = stream({ status: 206, type: 'text/csv', headers: { 'X-Rows': 'many' } });
        if (how === 'throws') {
          await write('a part');
          throw new Error('the disk is gone');
        }
        if (how === 'exits') {
          await write('a part');
          process.exit(3);
        }
        if (how === 'twice') stream();
        if (how === 'a number') await write(7 as never);
        if (how === 'and returned') return { json: 1 };
        if (how === 'bytes') {
          for (let at = 0; at < 20; at++) await write(Buffer.alloc(1024 * 1024, at));
          return;
        }
        const line = `${'x'.repeat(1023)}\n`;
        const most = how === 'endless' ? Infinity : 20 * 1024;
        for (let at = 0; at < most; at++) {
          const written = write(line);
          if (how !== 'not awaited') await written;
          seen.written += line.length;
        }
      },
    });
    route({
      method: 'GET',
      path: '/late/:how',
      deadlineMs: 700,
      async handle({ params: { how } }) {
        if (how === 'spins') for (;;);
        await new Promise(() => undefined);
      },
    });
    route({
      method: 'GET',
      path: '/bad/:how',
      async handle({ params: { how }, signal }) {
        signal.addEventListener('abort', () => (seen.aborted = (signal.reason as Error).message));
        Object.assign(seen, { begun: how, aborted: 'no' });
        if (how === 'lasts') {
          while (!existsSync(go)) await delay(20);
          return { json: `version ${version}` };
        }
        if (how === 'waits') await new Promise(() => undefined);
        if (how === 'throws') throw new Error('not today');
        if (how === 'refuses') throw new PouchError('PCH_CONFLICT', 'people stay', { hint: 'ask them' });
        if (how === 'exits') process.exit(7);
        if (how === 'is killed') process.kill(process.pid, 'SIGKILL');
        if (how === 'large') return { text: 'x'.repeat(7 * 1024 * 1024) };
        if (how === 'too large') return { text: 'x'.repeat(9 * 1024 * 1024) };
        if (how === 'a number') return 7 as never;
        if (how === 'a list') return [] as never;
        if (how === 'a bigint') return { json: { n: 1n } };
        if (how === 'a circle') {
          const circle: Record<string, unknown> = {};
          return { json: (circle['circle'] = circle) };
        }
        if (how === 'status 100') return { status: 100 };
        if (how === 'another field') return { json: 1, body: 'b' } as never;
        const own = headers[how ?? ''];
        if (own) return { text: 'a', headers: own };
        if (how === 'a bad type') return { text: 'a', type: 'text/plain\r\nX-Injected: yes' };
        return { json: how };
      },
    });
  },
});
