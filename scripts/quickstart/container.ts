import { once } from 'node:events';
import { createServer } from 'node:net';
import { SetupError } from '../lib/SetupError.ts';
import { containerName, image, type Place } from './place.ts';
import { askPouch, showPouch } from './shell.ts';

/** Packages of a rich container: systemd, sshd and tools. */
export const packages = 'systemd,systemd-sysv,dbus,openssh-server,iproute2,procps';

/**
 * Starts the rich container, from an image built of Debian's packages. An existing image or container is reused.
 * @throws SetupError
 */
export async function runRichContainer(place: Place): Promise<void> {
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
  await buildImage(place);
  const names = ['--name', containerName, '--hostname', containerName];
  const publish = ['--publish', `127.0.0.1:${place.sshPort}:22`];
  await showPouch(place, 'run', '-d', '--rich', '--rich-mode', 'systemd', ...names, ...publish, image);
}

/** Builds the image if it does not exist, which takes minutes with a slow mirror. */
async function buildImage(place: Place): Promise<void> {
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
      `Port ${port} of 127.0.0.1, for ssh into the container, is in use: stop the process that uses it (ss -ltnp), or use another port: POUCH_QUICKSTART_SSH_PORT=${port + 1} npm run quickstart`,
    );
  } finally {
    server.close();
  }
}
