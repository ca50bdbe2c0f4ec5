import type { AgentFile } from '../../client/index.ts';
import { readTextInput } from '../readTextInput.ts';
import type { Session } from '../Session.ts';

/** Bytes; the API takes bodies of 1 MiB, and JSON needs more than the text. */
const largest = 512 * 1024;

/** Reads the file of `apply`; `-` is stdin. @throws CliError PCH_OPTION_INVALID */
export async function readDeclarations(session: Session, path: string): Promise<AgentFile> {
  const Text = await readTextInput(session, path, { option: '--file', largest });
  return { Name: path === '-' ? 'stdin' : path, Text };
}
