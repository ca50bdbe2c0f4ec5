import assert from 'node:assert/strict';
import { join } from 'node:path';
import { FileWorkers } from '../../../../core/files/FileWorkers.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the file workers', () => {
  const directory = temporaryDirectory();

  /** A stand-in for a worker that dies of each request until the file exists, which it makes. */
  function dyingOnce(): FileWorkers {
    const script = `read -r line; if [ ! -e "$0" ]; then : > "$0"; exit 3; fi; echo '{"result":[null]}'`;
    const command = ['sh', '-c', script, join(directory.path, 'died')];
    return new FileWorkers({ command, timeout: () => 5_000 });
  }

  it('repeat a look whose worker was killed', async () => {
    assert.equal(await dyingOnce().look('/srv'), undefined);
  });

  it('do not repeat what must not be done twice', async () => {
    const mount = dyingOnce().mountMapped([{ source: '/a', target: '/b' }], '/proc/self/ns/user');
    await assert.rejects(mount, { code: 'PCH_FILE_WORKER' });
  });
});
