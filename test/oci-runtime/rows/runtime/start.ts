import assert from 'node:assert/strict';
import { failed } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runtime.md, Start. */
export const startRows = section('runtime.md#start', [
  {
    must: 'starting an unknown container is an error',
    test: async (c) => void failed(await c.call(['start', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'starting a running container is an error, and it keeps running',
    test: async (c) => {
      await c.running();
      failed(await c.start(), /running|start|stat|state/i);
      assert.equal(await c.status(), 'running');
      assert.equal(c.output, 'ready\n');
    },
  },
  {
    must: 'starting a stopped container is an error',
    test: async (c) => {
      await c.ended();
      failed(await c.start(), /stopped|start|state|created|not running/i);
      assert.equal(await c.status(), 'stopped');
    },
  },
  {
    must: 'a process that cannot be executed is an error of create or start, and nothing runs',
    test: async (c) => {
      c.spec.process.args = ['/no/such'];
      const created = await c.create();
      failed(created.code === 0 ? await c.start() : created, /no such file/i);
    },
  },
]);
