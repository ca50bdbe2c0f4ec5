/** Memory and CPUs of a VM that does not follow the limits of its containers: see followsLimits. */
import { field, type ContainerDraft, type RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { followsLimits } from '../config/values.ts';
import { isEnabled } from './check.ts';
import { hypervisorPrefix } from './names.ts';

const MiB = 1024 * 1024;
const memoryAnnotation = `${hypervisorPrefix}default_memory`;
/** kata's defaults (Makefile: DEFMEMSZ, DEFVCPUS). */
const usualMemory = 2048;
const usualCpus = 1;

/** Returns the memory of a VM at boot in bytes; the limits of its containers are added if the VM follows them. */
export function vmMemory(annotations: Readonly<Record<string, string>>, { hypervisor }: KataConfig): number {
  const asked = Number(annotations[memoryAnnotation] ?? 0);
  return (asked > 0 ? asked : numberIn(hypervisor['default_memory'], usualMemory)) * MiB;
}

interface Size {
  limit: 'memory' | 'nanoCpus';
  annotation: string;
  /** In MiB or CPUs. */
  wanted: number;
  has: number;
}

/** Returns the settings that make the VM large enough. */
export function sizeSettings(draft: ContainerDraft, config: KataConfig): Record<string, string> {
  return Object.fromEntries(
    tooSmall(draft, config).map(({ annotation, wanted }) => [annotation, String(wanted)]),
  );
}

export function sizeRefusals(draft: ContainerDraft, config: KataConfig, major: number): RuntimeRefusal[] {
  return tooSmall(draft, config)
    .filter(({ annotation }) => !isEnabled(annotation, config, major))
    .map(({ limit, has, annotation }) => ({
      what: field(`resources.${limit}`),
      reason: `a VM of ${config.hypervisorName} has ${has}, and enable_annotations in ${config.path} does not allow ${annotation.slice(hypervisorPrefix.length)}`,
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
      limit: 'memory',
      annotation: memoryAnnotation,
      wanted: Math.ceil((memory?.limit ?? 0) / MiB),
      has: numberIn(hypervisor['default_memory'], usualMemory),
    },
    {
      limit: 'nanoCpus',
      annotation: `${hypervisorPrefix}default_vcpus`,
      wanted: quota > 0 && cpu?.period ? Math.ceil(quota / cpu.period) : 0,
      has: numberIn(hypervisor['default_vcpus'], usualCpus),
    },
  ];
}

function numberIn(value: unknown, standard: number): number {
  return typeof value === 'number' && value > 0 ? value : standard;
}
