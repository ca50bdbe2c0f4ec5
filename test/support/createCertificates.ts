import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { documentedBlock } from './documentedBlock.ts';

/** Creates certificates of 127.0.0.1 in a new directory by the commands of docs/guides/remote-access.md. */
export async function createCertificates(directory: string): Promise<void> {
  await mkdir(directory);
  const env = { NAME: 'localhost', ADDRESS: '127.0.0.1' };
  await execa('sh', ['-e', '-c', documentedBlock('guides/remote-access.md', 'openssl x509')], {
    cwd: directory,
    env,
  });
}
