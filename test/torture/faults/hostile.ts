/** Faults that are containers: what runs in them wants to hurt the daemon or the host. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerCreateRequest } from '../../../client/index.ts';
import type { Fault, Scene } from './fault.ts';

const patienceMs = 1_500;

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
];

/** Runs it for a while next to everything else, then removes it by force. */
async function live({ lab, name }: Scene, body: ContainerCreateRequest): Promise<void> {
  const HostConfig = { NetworkMode: 'none', ...body.HostConfig };
  const id = await lab.pouchd.runContainer({ ...body, HostConfig }, name);
  await delay(patienceMs);
  await lab.pouchd.client.containers.remove(id, { force: true });
}
