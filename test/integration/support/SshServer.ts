import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { freePort } from '../../support/freePort.ts';

/** An sshd on the loopback with keys of its own, and an `ssh` for a PATH that knows them. */
export class SshServer {
  readonly port: number;
  /** Directory to put first in PATH. */
  readonly path: string;
  readonly #process: ChildProcess;

  private constructor(port: number, path: string, child: ChildProcess) {
    this.port = port;
    this.path = path;
    this.#process = child;
  }

  static async start(dir: string): Promise<SshServer> {
    const port = await freePort();
    const file = (name: string) => join(dir, name);
    await mkdir(file('bin'), { recursive: true });
    for (const name of ['host', 'user'])
      await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)]);
    const [type, key] = (await readFile(file('host.pub'), 'utf8')).split(' ');
    await writeFile(file('known'), `[127.0.0.1]:${port} ${type} ${key}\n`);
    await writeFile(file('sshd_config'), serverConfig(dir, port));
    await writeFile(
      file('config'),
      `Host *\nIdentityFile ${file('user')}\nUserKnownHostsFile ${file('known')}\nBatchMode yes\n`,
    );
    await writeFile(file('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file('config')} "$@"\n`);
    await chmod(file('bin/ssh'), 0o755);
    // sshd needs its directory for processes without rights.
    await mkdir('/run/sshd', { recursive: true });
    const child = spawn('/usr/sbin/sshd', ['-D', '-f', file('sshd_config'), '-E', file('log')], {
      stdio: 'ignore',
    });
    const connects = async () =>
      (await execa(file('bin/ssh'), ['-p', String(port), '127.0.0.1', 'true'], { reject: false }))
        .exitCode === 0;
    const server = new SshServer(port, file('bin'), child);
    if (await waitUntil(connects, { withinMs: 10_000 })) return server;
    server.stop();
    throw new Error(`sshd does not serve: ${await readFile(file('log'), 'utf8')}`);
  }

  stop(): void {
    this.#process.kill();
  }
}

function serverConfig(dir: string, port: number): string {
  return `ListenAddress 127.0.0.1
Port ${port}
HostKey ${dir}/host
PidFile none
AuthorizedKeysFile ${dir}/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin yes
`;
}
