import { waitUntil } from '../../core/wait/waitUntil.ts';
import { SetupError } from '../lib/SetupError.ts';
import { containerName, image, type Place } from './place.ts';
import { askPouch, pouchCommand, showPouch } from './shell.ts';

const bootedWithinMs = 60_000;

/**
 * Waits for the end of the boot, and prints the state of the container and how to use it.
 * @throws SetupError if systemd or sshd is not running
 */
export async function showRichContainer(place: Place): Promise<void> {
  const { state, failed, sshd } = await bootedState(place);
  const address = await askPouch(
    place,
    'inspect',
    '--format',
    '{{.NetworkSettings.IPAddress}}',
    containerName,
  );
  console.log(`
systemd    ${state}, failed units: ${failed.length}
sshd       ${sshd}
address    ${address}, ssh also on 127.0.0.1:${place.sshPort}`);
  await showPouch(place, 'ps');
  console.log(nextSteps(place));
  if (state === 'running' && sshd === 'active') return;
  throw new SetupError(
    `The container did not boot successfully (${failed.join(', ') || state}): see ${pouchCommand} exec ${containerName} systemctl status`,
  );
}

async function bootedState(place: Place) {
  const ask = async (...command: string[]) => askPouch(place, 'exec', containerName, ...command);
  // `is-system-running` fails until D-Bus is available, and if units have failed.
  const state = async () => ask('sh', '-c', 'systemctl is-system-running --wait || true');
  let last: string | undefined;
  const isBooted = async () => /^(running|degraded)$/.test((last = await state()) ?? '');
  await waitUntil(isBooted, { withinMs: bootedWithinMs, everyMs: 100 });
  const failed = (await ask('systemctl', '--failed', '--no-legend', '--plain')) ?? '';
  const sshd = await ask('sh', '-c', 'systemctl is-active ssh || true');
  const units = failed.split('\n').filter((line) => line !== '');
  return {
    state: last ?? 'unknown',
    failed: units.map((line) => line.split(' ')[0] ?? ''),
    sshd: sshd ?? 'unknown',
  };
}

function nextSteps(place: Place): string {
  const host = place.isDefault
    ? ''
    : `
  export POUCH_HOST=${place.host}`;
  return `
Log in:${host}
  ${pouchCommand} exec -it ${containerName} bash
  ${pouchCommand} exec -i ${containerName} sh -c 'mkdir -pm 700 ~/.ssh && cat >> ~/.ssh/authorized_keys' < ~/.ssh/id_ed25519.pub
  ssh -p ${place.sshPort} root@127.0.0.1
Show who set each field of its spec:
  ${pouchCommand} explain ${containerName}
Clean up:
  ${pouchCommand} rm -f ${containerName} && ${pouchCommand} rmi ${image}
  npm run quickstart -- remove     (also the daemon with all of its files)`;
}
