import type { AgentChange } from '../../../client/wire.ts';
import type { ContainerRecord, ContainerRequest } from '../../../hooks/index.ts';
import type { ContainerStep } from './step.ts';

interface Owners {
  readonly byName: ReadonlyMap<string, ContainerRecord>;
  /** The step of a declared container; undefined if it stays as it is, or is not declared. */
  stepOf(name: string): ContainerStep | undefined;
  isDeclared(name: string): boolean;
  /** `FILE:LINE` of an option. */
  originOf(option: string): string | undefined;
}

const prefix = 'container:';
const stopped: ReadonlySet<ContainerStep['action']> = new Set(['restart', 'upgrade', 'start']);
const replaced: ReadonlySet<ContainerStep['action']> = new Set(['create', 'recreate']);

/**
 * What becomes of a container that shares a namespace of a declared one: a namespace ends with its container, so that
 * the other is cut off once that is stopped or replaced.
 */
export function joinChanges(wanted: ContainerRequest, found: ContainerRecord, owners: Owners): AgentChange[] {
  const before = new Map(joins(found.request));
  return joins(wanted).flatMap(([field, mode = '']): AgentChange[] => {
    const name = mode.slice(prefix.length);
    if (!mode.startsWith(prefix) || before.get(field) !== mode || !owners.isDeclared(name)) return [];
    const id = found.draft.namespaces[field]?.slice(prefix.length) ?? '';
    const { action, held } = owners.stepOf(name) ?? {};
    const isOther = owners.byName.get(name)?.id !== id;
    const begins = held === undefined && action !== undefined;
    const Applies = isOther || (begins && replaced.has(action)) ? 'recreate' : 'restart';
    const isCutOff =
      Applies === 'recreate' || (begins && stopped.has(action) && found.state.status === 'running');
    const Origin = owners.originOf(field);
    const change = { Field: field, From: `${prefix}${id.slice(0, 12)}`, To: mode, Applies } as const;
    return isCutOff ? [{ ...change, ...(Origin !== undefined && { Origin }) }] : [];
  });
}

function joins({ network, pidMode, ipcMode }: ContainerRequest) {
  return [
    ['network', network?.mode],
    ['pid', pidMode],
    ['ipc', ipcMode],
  ] as const;
}
