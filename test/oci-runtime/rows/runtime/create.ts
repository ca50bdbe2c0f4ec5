import assert from 'node:assert/strict';
import { readFileSync, readlinkSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { failed, succeeded, type Container } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** Ids that would be paths, or empty. */
const badIds = ['', '.', '..', 'a/b', '../a', 'a b', 'a\nb', 'ä', '/'];

/** runtime.md, Create. */
export const createRows = section('runtime.md#create', [
  {
    must: 'create does not run the process',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo begun'];
      await c.created();
      assert.equal(c.output, '');
      await c.started();
      await until('the process has run', () => c.output === 'begun\n');
    },
  },
  {
    must: 'changes of config.json after create have no effect',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo "$VALUE"; echo done'];
      c.spec.process.env.push('VALUE=first');
      await c.created();
      c.spec.process.env.push('VALUE=second');
      c.write();
      await c.started();
      await until('the process has run', () => c.output.includes('done'));
      assert.equal(c.output, 'first\ndone\n');
    },
  },
  {
    must: 'an id that is in use is an error, and does not affect its container',
    test: async (c) => {
      await c.running();
      const before = await c.state();
      failed(await c.create(), /exist/i);
      failed(await c.run(), /exist/i);
      assert.deepEqual(await c.state(), before);
      assert.equal(await c.sh('echo alive'), 'alive');
    },
  },
  {
    must: 'the id of a deleted container can be used again',
    test: async (c) => {
      await c.running();
      await c.removed();
      await c.running();
    },
  },
  ...badIds.map((id) => ({
    must: `the id ${JSON.stringify(id)} is refused`,
    test: async (c: Container) => {
      c.write();
      failed(await c.call(['create', '--bundle', c.place.directory, id]), /./);
    },
  })),
  {
    must: 'ids may have letters, digits, _, +, - and .',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo good'];
      c.write();
      const id = `${c.id}.A-z_0+1`;
      assert.equal(succeeded(await c.call(['run', '--bundle', c.place.directory, id])).stdout, 'good\n');
    },
  },
  {
    must: 'the process exists, in the namespaces and the cgroup, before it is started',
    test: async (c) => {
      await c.created();
      const { pid } = await c.state();
      assert.notEqual(readlinkSync(`/proc/${pid}/ns/net`), readlinkSync('/proc/self/ns/net'));
      assert.ok(readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(c.place.cgroup));
    },
  },
  {
    must: 'a created container that is killed is stopped, and was never started',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo begun'];
      await c.created();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      assert.equal(c.output, '');
      succeeded(await c.delete());
    },
  },
  {
    must: 'files that the runtime has open are not open in the container',
    // The third is that of ls itself.
    sh: 'echo $(ls /proc/self/fd)',
    prints: '0 1 2 3',
  },
]);
