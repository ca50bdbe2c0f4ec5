import assert from 'node:assert/strict';
import { until } from '../../support/call.ts';
import { failed, succeeded } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runc’s `pause`, as containerd's go-runc calls it. */
export const pauseCommandRows = section('runc#pause', [
  {
    must: 'a paused container does not run, and its status is paused',
    test: async (c) => {
      await c.running('echo ready; while :; do echo tick; sleep 0.02; done');
      succeeded(await c.call(['pause', c.id]));
      assert.equal(await c.status(), 'paused');
      const before = c.output;
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(c.output, before);
    },
  },
  {
    must: 'resume continues it',
    test: async (c) => {
      await c.running('echo ready; while :; do echo tick; sleep 0.02; done');
      succeeded(await c.call(['pause', c.id]));
      succeeded(await c.call(['resume', c.id]));
      assert.equal(await c.status(), 'running');
      const before = c.output;
      await until('it continues', () => c.output !== before);
    },
  },
  {
    must: 'pause of a stopped container is an error',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      failed(await c.call(['pause', c.id]), /running|stopped|created|state/i);
    },
  },
  {
    must: 'resume of a running container is an error',
    test: async (c) => {
      await c.running();
      failed(await c.call(['resume', c.id]), /paused/i);
    },
  },
  {
    must: 'KILL ends a paused container, when it is resumed at the latest',
    test: async (c) => {
      await c.running();
      succeeded(await c.call(['pause', c.id]));
      succeeded(await c.kill('KILL'));
      if ((await c.status()) === 'paused') await c.call(['resume', c.id]);
      await c.becomes('stopped');
    },
  },
]);
