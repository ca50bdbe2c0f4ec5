import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { failed, succeeded } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runc’s `ps`, `list` and `events`. */
export const reportingCommandRows = [
  ...section('runc#ps', [
    {
      must: '--format json lists the pids of all processes, as the host sees them',
      test: async (c) => {
        await c.running('sleep 500 & echo ready; wait');
        const pids = JSON.parse(succeeded(await c.call(['ps', '--format', 'json', c.id])).stdout) as number[];
        assert.equal(pids.length, 2);
        assert.ok(pids.includes((await c.state()).pid!));
        for (const pid of pids) assert.ok(existsSync(`/proc/${pid}`));
      },
    },
    {
      must: 'an unknown container is an error',
      test: async (c) =>
        void failed(await c.call(['ps', '--format', 'json', 'none']), /not exist|not found|no such file/i),
    },
  ]),
  ...section('runc#list', [
    {
      must: '--format json lists id, pid, status and bundle of every container of the --root',
      test: async (c, bed) => {
        const other = bed.container('other');
        await other.created();
        await c.running();
        const listed = JSON.parse(succeeded(await c.call(['list', '--format', 'json'])).stdout) as any[];
        const actual = listed.map(({ id, pid, status, bundle }) => ({ id, pid, status, bundle }));
        const states = [await c.state(), await other.state()];
        const expected = states.map(({ id, pid, status, bundle }) => ({ id, pid, status, bundle }));
        assert.deepEqual(actual.toSorted(byId), expected.toSorted(byId));
      },
    },
    {
      must: '--quiet lists only ids',
      test: async (c) => {
        await c.created();
        assert.equal(succeeded(await c.call(['list', '--quiet'])).stdout.trim(), c.id);
      },
    },
    {
      must: 'without containers the list is empty, and not an error',
      test: async (c) => {
        const { stdout } = succeeded(await c.call(['list', '--format', 'json']));
        assert.match(stdout.trim(), /^(null|\[\s*\])$/);
      },
    },
  ]),
  ...section('runc#events', [
    {
      must: '--stats reports memory, CPU and pids in one JSON object',
      test: async (c) => {
        await c.running();
        const event = JSON.parse(succeeded(await c.call(['events', '--stats', c.id])).stdout);
        assert.equal(event.type, 'stats');
        assert.equal(event.id, c.id);
        assert.ok(event.data.memory.usage.usage > 0);
        assert.ok(event.data.cpu.usage.total > 0);
        assert.ok(event.data.pids.current >= 1);
      },
    },
    {
      must: 'a process that the OOM killer ends is reported at once',
      spec: ({ linux }) => (linux.resources = { ...linux.resources, memory: { limit: 32 * 2 ** 20 } }),
      test: async (c) => {
        await c.running();
        const output = c.path('events');
        const ended = c.call(['events', '--interval', '100ms', c.id], { output });
        const printed = () => (existsSync(`${output}.out`) ? readFileSync(`${output}.out`, 'utf8') : '');
        const begun = until('statistics are printed', () => printed().includes('"type":"stats"'));
        await Promise.race([begun, ended.then(succeeded)]);
        assert.equal((await c.exec(['/bin/busybox', 'tail', '/dev/zero'])).code, 137);
        await until('the kill is printed', () => printed().includes('"type":"oom"'));
        await c.removed();
        await ended;
      },
    },
    {
      must: '--stats of a stopped container is an error',
      test: async (c) => {
        await c.running();
        succeeded(await c.kill('KILL'));
        await c.becomes('stopped');
        failed(await c.call(['events', '--stats', c.id]), /stopped|running/i);
      },
    },
  ]),
];

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
