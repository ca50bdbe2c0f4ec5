import type { ChannelOwner, Login, Traffic } from '../context.ts';
import type { Channel } from '../library.ts';
import { runProcess } from './runProcess.ts';

/** Where distributions have OpenSSH's server of the protocol. */
const programs = [
  '/usr/lib/openssh/sftp-server',
  '/usr/lib/ssh/sftp-server',
  '/usr/libexec/openssh/sftp-server',
  '/usr/libexec/sftp-server',
];

/** Becomes the server. */
const script = `cd "$HOME" 2>/dev/null || cd /
for program; do [ ! -x "$program" ] || exec "$program"; done
echo 'this container has no sftp-server' >&2
exit 127`;

/** Serves files by the program of the image, as the user of the login. */
export async function serveSftp(
  connection: ChannelOwner,
  channel: Channel,
  login: Login,
  traffic: Traffic,
): Promise<string> {
  const request = { args: ['/bin/sh', '-c', script, 'sftp', ...programs] };
  return await runProcess(connection, { login, traffic }, { request, channel });
}
