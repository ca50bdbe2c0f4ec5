/** Faults that are containers: what runs in them wants to hurt the daemon or the host. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientError, ContainerCreateRequest } from '../../../client/index.ts';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { readLog } from '../load/streams.ts';
import type { Fault, Scene } from './fault.ts';

const patienceMs = 1_500;

/** How a container makes each of them. */
const passwdTraps = {
  'a device without end': 'mknod /etc/passwd c 1 5',
  'the kernel log': 'mknod /etc/passwd c 1 11',
  'a FIFO': 'mknod /etc/passwd p',
  'a sparse file of 1 GiB': 'truncate -s 1G /etc/passwd',
};

export const hostileContainers: readonly Fault[] = [
  {
    name: 'a fork bomb',
    codes: [],
    strike: (scene) =>
      live(scene, {
        Cmd: ['sh', '-c', 'b() { b | b & }; b; sleep 100'],
        HostConfig: { PidsLimit: 40, NanoCpus: 5e8 },
      }),
  },
  {
    name: 'a flood of output',
    codes: [],
    strike: (scene) =>
      live(scene, {
        Cmd: ['sh', '-c', 'yes & yes >&2'],
        HostConfig: { LogConfig: { Config: { 'max-size': '100k', 'max-file': '2' } } },
      }),
  },
  {
    name: 'endless lines and escape sequences',
    codes: [],
    strike: (scene) =>
      live(scene, {
        Cmd: [
          'sh',
          '-c',
          String.raw`printf '\033]0;x\007\033[2J'; tr '\0' x < /dev/zero | head -c 8000000; sleep 100`,
        ],
        Labels: { '\u001b[31mred': '\u001b]0;title\u0007\u202e' },
      }),
  },
  ...Object.entries(passwdTraps).map(([what, make]): Fault => ({
    name: `/etc/passwd is ${what}`,
    // Names cannot be looked up in such a file.
    codes: ['PCH_USER_NOT_FOUND'],
    strike: (scene) => execWithPasswd(scene, what, make),
  })),
  {
    name: '1000 volumes',
    codes: [],
    strike: (scene) => live(scene, { Cmd: ['sleep', '100'], Volumes: thousandVolumes() }),
  },
];

function thousandVolumes(): Record<string, object> {
  return Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`/volumes/${n}`, {}]));
}

/** A user of the container's own choice makes the daemon read its accounts; whatever it finds, it fails with a code. */
async function execWithPasswd({ lab, name, report }: Scene, what: string, make: string): Promise<void> {
  const { containers, execs } = lab.pouchd.client;
  const script = `rm /etc/passwd; ${make}; echo made; sleep 100`;
  const id = await lab.pouchd.runContainer(
    { Cmd: ['sh', '-c', script], HostConfig: { NetworkMode: 'none' } },
    name,
  );
  await waitUntil(async () => (await readLog(lab.pouchd.client, id)) === 'made\n', { withinMs: 10_000 });
  try {
    const { Id } = await execs.create(id, { Cmd: ['true'], User: 'nobody' });
    await execs.startDetached(Id);
  } catch (error) {
    const { code = '', message } = error as ClientError;
    if (!/^PCH_(?!INTERNAL|DAEMON_)/.test(code))
      report({
        oracle: 'errors are coded and true',
        evidence: `exec -u nobody where /etc/passwd is ${what}: ${code} ${message}`,
      });
  }
  await containers.remove(id, { force: true });
}

/** Runs it for a while next to everything else, then removes it by force. */
async function live({ lab, name }: Scene, body: ContainerCreateRequest): Promise<void> {
  const HostConfig = { NetworkMode: 'none', ...body.HostConfig };
  const id = await lab.pouchd.runContainer({ ...body, HostConfig }, name);
  await delay(patienceMs);
  await lab.pouchd.client.containers.remove(id, { force: true, volumes: true });
}
