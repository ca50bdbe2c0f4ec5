import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { failed } from '../../support/Container.ts';
import { section } from '../../support/row.ts';

/** runtime.md, State. */
export const stateRows = section('runtime.md#state', [
  {
    must: 'the state of a created container has its id, pid, bundle, version and annotations',
    spec: (spec) => (spec.annotations = { 'org.example.key': 'value' }),
    test: async (c) => {
      await c.created();
      const { ociVersion, id, status, pid, bundle, annotations } = await c.state();
      assert.deepEqual(
        { id, status, bundle, annotations },
        {
          id: c.id,
          status: 'created',
          bundle: c.place.directory,
          annotations: { 'org.example.key': 'value' },
        },
      );
      assert.match(ociVersion, /^1\.\d+\.\d+/);
      assert.ok(existsSync(`/proc/${pid}`));
    },
  },
  {
    must: 'pid is the process in the container, as the runtime sees it',
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      assert.notEqual(readlinkSync(`/proc/${pid}/ns/pid`), readlinkSync('/proc/self/ns/pid'));
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^NSpid:\t\d+\t1$/m);
    },
  },
  {
    must: 'a started container is running',
    test: async (c) => (await c.running(), assert.equal(await c.status(), 'running')),
  },
  { must: 'a container whose process has exited is stopped', test: async (c) => c.ended() },
  {
    must: 'a stopped container has no pid',
    test: async (c) => {
      await c.ended();
      assert.ok(!(await c.state()).pid);
    },
  },
  {
    must: 'reading the state does not change it',
    test: async (c) => {
      await c.created();
      assert.deepEqual(await c.state(), await c.state());
    },
  },
  {
    must: 'a container whose process was killed from outside is stopped',
    test: async (c) => {
      await c.running();
      process.kill((await c.state()).pid!, 'SIGKILL');
      await c.becomes('stopped');
    },
  },
  {
    must: 'the state of an unknown container is an error',
    test: async (c) => void failed(await c.call(['state', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'the state without an id is an error',
    test: async (c) => void failed(await c.call(['state']), /argument|id/i),
  },
]);
