import { readlinkSync } from 'node:fs';
import { type ContainerMoment, type ContainerRecord, networkAttachments } from '../../hooks/index.ts';
import type { Stage } from './stage.ts';

/** The variables by which a script knows its container; those without a value are missing. */
export function environment(
  stage: Stage,
  { container, netns }: Pick<ContainerMoment, 'container' | 'netns'>,
): Record<string, string> {
  const { id, draft, attachments, state } = container;
  const pid = stage === 'prestart' ? initPid(attachments['task']) : '';
  const ip = networkAttachments(container).find((one) => one.ip !== undefined)?.ip;
  const known = {
    POUCH_HOOK: stage,
    POUCH_CONTAINER_ID: id,
    POUCH_CONTAINER_NAME: container.name,
    POUCH_CONTAINER_IMAGE: draft.image.reference,
    POUCH_CONTAINER_LABELS: JSON.stringify(draft.labels),
    POUCH_CONTAINER_NETNS: netns,
    POUCH_CONTAINER_IP: ip ?? '',
    ...(stage === 'prestart'
      ? { POUCH_CONTAINER_PID: pid }
      : { POUCH_EXIT_CODE: String(state.exitCode), POUCH_EXIT_REASON: exitReason(container) }),
  };
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', LANG = '' } = process.env;
  return Object.fromEntries(Object.entries({ PATH, LANG, ...known }).filter(([, value]) => value !== ''));
}

/** Of the init that waits for its start. Some runtimes have a process on the host in its place, which is of no use. */
function initPid(task: unknown): string {
  const { pid } = (task ?? {}) as { pid?: number };
  if (pid === undefined) return '';
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync('/proc/self/ns/mnt') ? '' : String(pid);
  } catch {
    return '';
  }
}

/** Why a container has ended, in one word. */
export function exitReason({
  state,
  stoppedByUser,
}: Pick<ContainerRecord, 'state' | 'stoppedByUser'>): string {
  if (state.ending !== undefined) return state.ending;
  if (state.oomKilled) return 'oom';
  return stoppedByUser ? 'stopped' : 'exited';
}
