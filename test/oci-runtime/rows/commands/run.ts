import assert from 'node:assert/strict';
import { failed, succeeded } from '../../support/Container.ts';
import { withoutNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** runc’s `run`, as containerd's go-runc calls it. */
export const runCommandRows = section('runc#run', [
  {
    must: 'the exit code is the process’s',
    sh: 'exit 7',
    exits: 7,
  },
  {
    must: 'the exit code of a killed process is 128 and the signal’s number',
    spec: (spec) => withoutNamespace(spec, 'pid'),
    sh: 'kill -9 $$',
    exits: 137,
  },
  {
    must: 'standard input is passed to the process',
    test: async (c) => {
      c.spec.process.args = ['/bin/cat'];
      assert.equal(succeeded(await c.run({ stdin: 'input' })).stdout, 'input');
    },
  },
  {
    must: 'the container is deleted after its exit',
    test: async (c) => {
      succeeded(await c.run());
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
    },
  },
  {
    must: '--detach returns at once, and the container runs',
    test: async (c) => {
      c.spec.process.args = ['/bin/sleep', '1000'];
      succeeded(await c.run({}, '--detach'));
      assert.equal(await c.status(), 'running');
    },
  },
  {
    must: '--keep does not delete the container after its exit',
    test: async (c) => {
      succeeded(await c.run({}, '--keep'));
      assert.equal(await c.status(), 'stopped');
    },
  },
  {
    must: 'the bundle is the working directory without --bundle',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo good'];
      c.write();
      assert.equal(succeeded(await c.call(['run', c.id], { cwd: c.place.directory })).stdout, 'good\n');
    },
  },
  {
    must: 'SIGTERM to the runtime is forwarded to the process',
    test: async (c) => {
      c.spec.process.args = [
        '/bin/sh',
        '-c',
        'trap "echo caught; exit 5" TERM; kill -TERM 1; sleep 0.1; exit 6',
      ];
      assert.equal((await c.run()).code, 5);
    },
  },
]);
