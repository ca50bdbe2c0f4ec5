/** Memory and CPUs of a machine that does not follow the limits of its containers: see followsLimits. */
import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { followsLimits } from '../config/values.ts';
import { isEnabled } from './check.ts';
import { hypervisorPrefix } from './names.ts';

const MiB = 1024 * 1024;
const memoryAnnotation = `${hypervisorPrefix}default_memory`;
/** kata's own, where its configuration says nothing (Makefile: DEFMEMSZ, DEFVCPUS). */
const usualMemory = 2048;
const usualCpus = 1;

/** Bytes that a machine boots with, beyond the limits of its containers where it follows them. */
export function machineMemory(
  annotations: Readonly<Record<string, string>>,
  { hypervisor }: KataConfig,
): number {
  const asked = Number(annotations[memoryAnnotation] ?? 0);
  return (asked > 0 ? asked : numberIn(hypervisor['default_memory'], usualMemory)) * MiB;
}

interface Size {
  flag: string;
  annotation: string;
  /** MiB or CPUs. */
  wanted: number;
  has: number;
}

/** The settings that make the machine large enough. */
export function sizeSettings(draft: ContainerDraft, config: KataConfig): Record<string, string> {
  return Object.fromEntries(
    tooSmall(draft, config).map(({ annotation, wanted }) => [annotation, String(wanted)]),
  );
}

export function sizeRefusals(draft: ContainerDraft, config: KataConfig, major: number): RuntimeRefusal[] {
  return tooSmall(draft, config)
    .filter(({ annotation }) => !isEnabled(annotation, config, major))
    .map(({ flag, has, annotation }) => ({
      what: flag,
      reason: `a machine of ${config.hypervisorName} has ${has}, and ${config.path} does not enable the annotation ${annotation.slice(hypervisorPrefix.length)}`,
    }));
}

function tooSmall(draft: ContainerDraft, config: KataConfig): Size[] {
  if (followsLimits(config) || draft.vmOf !== undefined) return [];
  const unset = ({ annotation }: Size) => draft.annotations[annotation] === undefined;
  return sizes(draft, config).filter((size) => size.wanted > size.has && unset(size));
}

function sizes({ resources: { memory, cpu } }: ContainerDraft, { hypervisor }: KataConfig): Size[] {
  const quota = cpu?.quota ?? 0;
  return [
    {
      flag: '--memory',
      annotation: memoryAnnotation,
      wanted: Math.ceil((memory?.limit ?? 0) / MiB),
      has: numberIn(hypervisor['default_memory'], usualMemory),
    },
    {
      flag: '--cpus',
      annotation: `${hypervisorPrefix}default_vcpus`,
      wanted: quota > 0 && cpu?.period ? Math.ceil(quota / cpu.period) : 0,
      has: numberIn(hypervisor['default_vcpus'], usualCpus),
    },
  ];
}

function numberIn(value: unknown, standard: number): number {
  return typeof value === 'number' && value > 0 ? value : standard;
}
