import { type ChildProcess, spawn } from 'node:child_process';
import { type Readable, pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PouchError } from '../../../hooks/errors.ts';
import { findBinary } from '../../../hooks/runtimes/findBinary.ts';

/** What xz may use: the presets need 65 MiB at most, and a hostile file asks for 4 GiB. */
const memory = '512MiB';

/**
 * Yields the bytes of an xz stream, which Node cannot decompress. The process ends with its input, and so with pouchd.
 * @throws PCH_TOOL_MISSING, PCH_ARCHIVE_INVALID
 */
export async function* unxz(source: Readable): AsyncGenerator<Buffer> {
  const xz = await findBinary('xz');
  if (xz === undefined)
    throw new PouchError(
      'PCH_TOOL_MISSING',
      'xz, which reads archives of that compression, is not installed',
      {
        hint: 'install it: apt-get install xz-utils',
      },
    );
  const args = ['--decompress', '--stdout', `--memlimit-decompress=${memory}`];
  const child = spawn(xz, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(child);
  const problem = text(child.stderr);
  let failed: Error | null | undefined;
  // A failure of the source looks like a short file to xz.
  pipeline(source, child.stdin, (error) => (failed ??= error));
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await ended;
    if (code === 0) return;
    if (failed && (failed as NodeJS.ErrnoException).code !== 'EPIPE') throw failed;
    const why = (await problem).trim().slice(0, 200);
    throw new PouchError('PCH_ARCHIVE_INVALID', `cannot decompress the archive: ${why}`, {
      hint: 'check the file with xz --test',
    });
  } finally {
    child.kill('SIGKILL');
  }
}

function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}
