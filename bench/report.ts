import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Outcome } from './cases/case.ts';
import { dockerClient } from './peers/docker.ts';
import { pouchClient } from './peers/pouch.ts';
import { summary } from './statistics.ts';
import { verdict } from './target.ts';

/** Commands that print the versions of contenders and their dependencies. */
const versionCommands: Record<string, [file: string, ...args: string[]]> = {
  pouch: [pouchClient, 'version', '--client', '--format', '{{.Client.Version}}'],
  containerd: ['containerd', '--version'],
  runc: ['runc', '--version'],
  docker: [dockerClient(), '--version'],
  podman: ['podman', '--version'],
};

export function environment(): string {
  const host = `${availableParallelism()} CPUs (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`;
  return `${host}\n${Object.values(versions()).join('; ')}`;
}

function versions(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(versionCommands).map(([name, command]) => [name, version(name, command)]),
  );
}

function version(name: string, [file, ...args]: [string, ...string[]]): string {
  try {
    const line = execFileSync(file, args, {
      encoding: 'utf8',
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const number = /\d+\.\d+\.\d+/.exec(line)?.[0];
    return `${name} ${number ?? 'of an unknown version'}`;
  } catch {
    return `${name} not installed`;
  }
}

/** Reports the load: a busy host distorts milliseconds, and ratios less. */
export function busyNote(before: number, after: number): string {
  const load = `Load average ${before.toFixed(1)} before, ${after.toFixed(1)} after, on ${availableParallelism()} CPUs.`;
  if (before <= availableParallelism() / 2) return load;
  return `${load} The host was busy: absolute figures are unreliable, and ratios are approximate.`;
}

/** Writes all samples, to compare runs. */
export async function writeReport(
  file: string,
  outcomes: readonly Outcome[],
  loadBefore: number,
): Promise<void> {
  const report = {
    date: new Date().toISOString(),
    host: {
      cpus: availableParallelism(),
      model: cpus()[0]?.model,
      kernel: release(),
      memoryBytes: totalmem(),
    },
    load: { before: loadBefore, after: loadavg()[0] },
    versions: versions(),
    cases: outcomes.map(({ series, targets, ...rest }) => ({
      ...rest,
      series: series.map((one) => ({ ...one, ...summary(one.samples) })),
      targets: targets.map((target) => ({ ...target, verdict: verdict(target) })),
    })),
  };
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
