import { type ChildProcess, spawn } from 'node:child_process';
import { type Readable, pipeline } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PouchError } from '../../../hooks/errors.ts';
import { findBinary, type Search } from '../../../hooks/runtimes/findBinary.ts';

/** What xz may use: the presets need 65 MiB at most, and a hostile file asks for 4 GiB. bzip2 needs 4 MB at most. */
const memory = '512MiB';

/** Compressions that Node does not know. */
const tools = {
  xz: { package: 'xz-utils', limits: [`--memlimit-decompress=${memory}`] },
  bzip2: { package: 'bzip2', limits: [] },
} as const;

/**
 * Yields the decompressed bytes of a stream. The process ends with its input, and so with pouchd.
 * @throws PCH_TOOL_MISSING, PCH_ARCHIVE_INVALID
 */
export async function* decompressByTool(
  name: keyof typeof tools,
  source: Readable,
  search: Search = {},
): AsyncGenerator<Buffer> {
  const tool = await findBinary(name, search);
  if (tool === undefined)
    throw new PouchError(
      'PCH_TOOL_MISSING',
      `${name}, which reads archives of that compression, is not installed`,
      { hint: `install it: apt-get install ${tools[name].package}` },
    );
  const args = ['--decompress', '--stdout', ...tools[name].limits];
  const child = spawn(tool, args, { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = endOf(child);
  const problem = text(child.stderr);
  let failed: Error | null | undefined;
  // A failure of the source looks like a short file to the tool.
  pipeline(source, child.stdin, (error) => (failed ??= error));
  try {
    yield* child.stdout as AsyncIterable<Buffer>;
    const code = await ended;
    if (code === 0) return;
    if (failed && (failed as NodeJS.ErrnoException).code !== 'EPIPE') throw failed;
    const why = (await problem).trim().slice(0, 200);
    throw new PouchError('PCH_ARCHIVE_INVALID', `cannot decompress the archive: ${why}`, {
      hint: `check the file with ${name} --test`,
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
