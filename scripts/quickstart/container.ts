import { once } from 'node:events';
import { createServer } from 'node:net';
import { SetupError } from '../lib/SetupError.ts';
import { containerName, image, type Place } from './place.ts';
import { askPouch, showPouch } from './shell.ts';

/** What makes an image a machine that one can look into. */
const packages = 'systemd,systemd-sysv,dbus,openssh-server,iproute2,procps';

/**
 * Makes sure that the rich container runs, with its image made from Debian's packages; leaves what is there alone.
 * @throws SetupError
 */
export async function runMachine(place: Place): Promise<void> {
  const status = await askPouch(
    place,
    'container',
    'inspect',
    '--format',
    '{{.State.Status}}',
    containerName,
  );
  if (status === 'running') return;
  if (status !== undefined) return showPouch(place, 'start', containerName);
  await requireFreePort(place.sshPort);
  await makeImage(place);
  const names = ['--name', containerName, '--hostname', containerName];
  const publish = ['--publish', `127.0.0.1:${place.sshPort}:22`];
  await showPouch(place, 'run', '-d', '--rich', '--rich-mode', 'systemd', ...names, ...publish, image);
}

/** Minutes on a slow mirror; nothing to do if the image is there. */
async function makeImage(place: Place): Promise<void> {
  if ((await askPouch(place, 'image', 'inspect', '--format', '{{.Id}}', image)) !== undefined) return;
  await showPouch(place, 'image', 'bootstrap', image, '--include', packages);
}

/** @throws SetupError */
async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    throw new SetupError(
      `Port ${port} of 127.0.0.1, meant for ssh into the container, is in use: end what uses it (ss -ltnp), or choose another one: POUCH_QUICKSTART_SSH_PORT=${port + 1} npm run quickstart`,
    );
  } finally {
    server.close();
  }
}
