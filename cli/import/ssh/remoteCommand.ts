import { text } from 'node:stream/consumers';
import { toolOutput } from '../sources/toolOutput.ts';
import { type SshTarget, sshHost, sshOptions } from './sshTarget.ts';

/** Runs a command, which has nothing from elsewhere in it, on the host. Returns its output. */
export async function remoteCommand(target: SshTarget, command: string): Promise<string> {
  const args = [...sshOptions(target), '--', sshHost(target), command];
  return text(await toolOutput({ command: 'ssh', package: 'openssh-client', args }));
}
