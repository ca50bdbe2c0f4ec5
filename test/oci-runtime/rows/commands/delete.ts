import { readFileSync } from 'node:fs';
import { until } from '../../support/call.ts';
import { failed, succeeded } from '../../support/Container.ts';
import { withoutNamespace } from '../../support/edit.ts';
import { hasEnded } from '../../support/processes.ts';
import { section } from '../../support/row.ts';

/** runc’s `delete`, as containerd's go-runc calls it. */
export const deleteCommandRows = section('runc#delete', [
  {
    must: '--force of an unknown container is not an error',
    test: async (c) => void succeeded(await c.call(['delete', '--force', 'none'])),
  },
  {
    must: 'a created container is killed and deleted, on which containerd’s shim relies',
    test: async (c) => {
      await c.created();
      succeeded(await c.delete());
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
    },
  },
  {
    must: '--force ends a running container',
    test: async (c) => {
      await c.running();
      succeeded(await c.delete('--force'));
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
    },
  },
  {
    must: '--force ends a created container',
    test: async (c) => {
      await c.created();
      succeeded(await c.delete('--force'));
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
    },
  },
  {
    must: '--force ends a paused container',
    test: async (c) => {
      await c.running();
      succeeded(await c.call(['pause', c.id]));
      succeeded(await c.delete('--force'));
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
    },
  },
  {
    must: '--force removes leftover processes of exec without a pid namespace',
    spec: (spec) => withoutNamespace(spec, 'pid'),
    test: async (c) => {
      await c.running();
      succeeded(await c.exec(['/bin/sleep', '500'], ['--detach', '--pid-file', c.path('exec.pid')]));
      succeeded(await c.delete('--force'));
      const pid = readFileSync(c.path('exec.pid'), 'utf8');
      await until('it has ended', () => hasEnded(pid));
    },
  },
]);
