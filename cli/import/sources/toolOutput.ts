import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { CliError } from '../../errors.ts';

/** A program that makes a stream, started without a shell. */
export interface Tool {
  command: string;
  /** Package of Debian that has it. */
  package: string;
  args: readonly string[];
  stdin?: Readable;
  /** Exit codes of success; default 0. */
  succeeds?: readonly number[];
}

/** Folders that the PATH of users may lack. */
const alsoSearched = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Lines of the program's errors that a message quotes. */
const quotedLines = 3;

/**
 * Starts a program and returns its output. The stream ends only if the program succeeds. Destroying it ends
 * the program.
 * @throws PCH_TOOL_MISSING
 */
export async function toolOutput(tool: Tool): Promise<Readable> {
  const path = await requireTool(tool);
  const child = spawn(path, tool.args, {
    stdio: [tool.stdin ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  const output = new PassThrough();
  const lines = lastLines(child.stderr!);
  // Its own error comes with its exit code.
  tool.stdin?.on('error', (error) => output.destroy(error)).pipe(child.stdin!.on('error', () => undefined));
  child.stdout!.pipe(output, { end: false });
  child.once('error', (error) => output.destroy(toolFailed(tool, error.message)));
  child.once('close', (code, signal) => {
    if ((tool.succeeds ?? [0]).includes(code ?? -1)) output.end();
    else output.destroy(toolFailed(tool, `${lines.join(' | ') || `exit code ${code ?? signal}`}`));
  });
  output.once('close', () => endTool(child));
  return output;
}

/** Returns the path of a program. @throws PCH_TOOL_MISSING */
export async function requireTool({ command, package: name }: Pick<Tool, 'command' | 'package'>) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...alsoSearched];
  for (const folder of folders) {
    const path = join(folder, command);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  const message = `${command}, which reads this kind of source, is not installed`;
  throw new CliError('PCH_TOOL_MISSING', message, `install it: apt-get install ${name}`);
}

/** Returns the error of a program that failed. */
export function toolFailed({ command }: Pick<Tool, 'command'>, why: string): CliError {
  const isFull = /no space left on device|disk quota exceeded/i.test(why);
  if (isFull) {
    const hint = 'free space, or set TMPDIR to a directory on a larger disk';
    return new CliError('PCH_DISK_FULL', `no space left for ${command}: ${why}`, hint);
  }
  const hint = 'check the source, and that you may read it (root reads all files)';
  return new CliError('PCH_IMPORT_FAILED', `${command} failed: ${why}`, hint);
}

function lastLines(stderr: Readable): string[] {
  const lines: string[] = [];
  stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (line.trim() !== '') lines.push(line.trim().slice(0, 300));
    lines.splice(0, lines.length - quotedLines);
  });
  return lines;
}

function endTool(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
}
