import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { criuError } from '../../../../core/apply/criuLog.ts';
import { PouchError } from '../../../../hooks/errors.ts';

const log = `(00.000001) Error (criu/util.c:1): rlimit: no more files
(00.000002) Warn  (criu/x.c:2): hm
(00.010000) Error (criu/sk-inet.c:3): inet: Connected TCP socket, consider using --tcp-established option.
(00.010001) Error (criu/cr-dump.c:4): Dump files (pid: 7) failed with -1
(00.010002) Error (criu/cr-dump.c:5): Dumping FAILED.
`;

describe('a failure of criu', () => {
  let work: string;
  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'criu-log-'));
    await writeFile(join(work, 'dump.log'), log);
  });
  after(() => rm(work, { recursive: true }));
  const error = (file: string, cause: unknown) =>
    criuError(
      cause,
      { readEnd: (path) => readFile(path, 'utf8') },
      { work, log: file, message: 'not made', container: 'c' },
    );
  const failed = new PouchError('PCH_CONTAINERD_FAILED', 'runc did not terminate successfully');

  it('is reported with the last errors of its log', async () => {
    const { code, message } = (await error('dump.log', failed)) as PouchError;
    assert.equal(code, 'PCH_CHECKPOINT_FAILED');
    assert.match(message, /^not made: .*Connected TCP socket.*failed with -1$/);
    assert.doesNotMatch(message, /FAILED/);
  });

  it('without a log is the error of the runtime', async () => {
    assert.match(((await error('restore.log', failed)) as PouchError).message, /did not terminate/);
  });

  it('leaves other failures as they are', async () => {
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    assert.equal(await error('dump.log', full), full);
  });
});
