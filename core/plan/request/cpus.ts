import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { FieldPath } from '../../../hooks/fields.ts';
import type { ResourceRequest } from '../../../hooks/limits.ts';
import { invalidField } from '../../../hooks/invalidField.ts';

/** @throws PCH_OPTION_INVALID for more than the host has */
export function checkCpus({ nanoCpus, cpusetCpus, cpusetMems }: ResourceRequest): void {
  const count = cpus().length;
  if (nanoCpus && nanoCpus > count * 1e9)
    throw invalidField(
      'resources.nanoCpus',
      `expected at most the host's ${count} CPUs, found ${nanoCpus / 1e9}`,
      'ask for fewer CPUs',
    );
  checkSet('resources.cpusetCpus', cpusetCpus, '/sys/devices/system/cpu/online');
  checkSet('resources.cpusetMems', cpusetMems, '/sys/devices/system/node/online');
}

/** @param file - has the numbers of the host in the same form; a kernel without NUMA has none for memory nodes */
function checkSet(path: FieldPath, asked: string | undefined, file: string): void {
  if (!asked) return;
  const wanted = ranges(asked);
  if (!wanted)
    throw invalidField(path, `expected a list such as 0-2,4, found "${asked}"`, 'write numbers and ranges');
  const online = readText(file).trim() || '0';
  const has = ranges(online) ?? [];
  const covered = ([first, last]: Range) => has.some(([from, to]) => first >= from && last <= to);
  if (!wanted.every(covered))
    throw invalidField(path, `${asked} was asked for, the host has ${online}`, `choose from ${online}`);
}

type Range = [first: number, last: number];

/** `0-2,4`; undefined if it is not of that form (cpuset(7), "List format"). */
function ranges(text: string): Range[] | undefined {
  const parts = text.split(',').map((part) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part.trim()));
  const found = parts.map((part): Range => [Number(part?.[1]), Number(part?.[2] ?? part?.[1])]);
  return found.every(([first, last]) => first <= last) ? found : undefined;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
