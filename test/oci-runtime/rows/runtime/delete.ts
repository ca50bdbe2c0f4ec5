import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { failed, succeeded } from '../../support/Container.ts';
import { bind } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** runtime.md, Delete. */
export const deleteRows = section('runtime.md#delete', [
  {
    must: 'deleting an unknown container is an error',
    test: async (c) => void failed(await c.call(['delete', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'deleting a running container is an error, and it keeps running',
    test: async (c) => {
      await c.running();
      failed(await c.delete(), /running|stopped|state/i);
      assert.equal(await c.status(), 'running');
    },
  },
  {
    must: 'deleting a created container is an error, and it can still be started',
    test: async (c) => {
      await c.created();
      failed(await c.delete(), /created|stopped|running|state/i);
      await c.started();
    },
  },
  {
    must: 'a deleted container is unknown',
    test: async (c) => {
      await c.ended();
      succeeded(await c.delete());
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      failed(await c.delete(), /not exist|not found|no such file/i);
    },
  },
  {
    must: 'delete does not remove the bundle and files of the host',
    spec: (spec, { host }) => {
      writeFileSync(`${host}/a`, 'text');
      bind(spec, host);
    },
    test: async (c, { host }) => {
      await c.ended();
      succeeded(await c.delete());
      assert.equal(readFileSync(`${host}/a`, 'utf8'), 'text');
      assert.ok(existsSync(c.path('config.json')) && existsSync(c.inside('bin', 'busybox')));
    },
  },
]);
