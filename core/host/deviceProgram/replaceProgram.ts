/** Device rules of a cgroup v2 that exists: a BPF program that runtimes attach (kernel doc cgroup-v2). */
import { join } from 'node:path';
import { execa } from 'execa';
import { PouchError } from '../../../hooks/errors.ts';
import type { OciDeviceRule } from '../../../hooks/oci.ts';

export interface ProgramSettings {
  /** Path of `pouch-devices` (native/). */
  program: string;
  /** Mount point of the hierarchy. */
  hierarchy: string;
}

/** Milliseconds: 200 rules take 300. */
const deadlineMs = 20_000;

/** Bytes of an error that are shown. */
const longestError = 300;

/** Of `pouch-devices`: no cgroup of that path exists. */
const goneCode = 3;

/** A runtime with a monitor has the container, and its program, in a cgroup of that name below the container's. */
const belowMonitor = 'payload';

/**
 * Replaces the programs of a cgroup by one with these rules, of which the last that matches decides; what none matches
 * is forbidden. Old and new rules both hold for a moment. May be repeated at any point. Does nothing if the cgroup is
 * gone. @param cgroup path from the hierarchy's root @throws PCH_DEVICE_RULES_FAILED
 */
export async function replaceDeviceProgram(
  { program, hierarchy }: ProgramSettings,
  cgroup: string,
  rules: readonly OciDeviceRule[],
): Promise<void> {
  const directory = join(hierarchy, cgroup);
  const { exitCode, stderr, failed, shortMessage } = await execa(
    program,
    [directory, join(directory, belowMonitor)],
    {
      ...{ cwd: '/', env: {}, extendEnv: false, reject: false },
      input: programLines(rules)
        .map((line) => `${line}\n`)
        .join(''),
      stdout: 'ignore',
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
    },
  );
  if (!failed || exitCode === goneCode) return;
  const problem = (stderr || shortMessage || '').trim().slice(0, longestError);
  throw new PouchError(
    'PCH_DEVICE_RULES_FAILED',
    `the device rules of ${cgroup} were not replaced: ${problem}`,
    {
      hint: 'that needs bin/pouch-devices, CAP_SYS_ADMIN and CONFIG_CGROUP_BPF; a stopped container takes devices, too',
    },
  );
}

/** One rule per line, in their order. Of equal lines only the last has an effect. */
export function programLines(rules: readonly OciDeviceRule[]): string[] {
  const lines = rules.flatMap(lineOf);
  return lines.filter((line, index) => lines.lastIndexOf(line) === index);
}

/** `deny a *:* rwm`. A rule that allows no access, or what is not a device, allows nothing. */
function lineOf({ allow, type, major, minor, access }: OciDeviceRule): string[] {
  const letters = [...new Set(access)].join('') || (allow ? '' : 'rwm');
  const kind = type === 'u' ? 'c' : type || 'a';
  if (letters === '' || kind === 'p') return [];
  return [`${allow ? 'allow' : 'deny'} ${kind} ${numberOf(major)}:${numberOf(minor)} ${letters}`];
}

/** Missing, or negative: any. */
function numberOf(value?: number): string {
  return value === undefined || value < 0 ? '*' : String(value);
}
