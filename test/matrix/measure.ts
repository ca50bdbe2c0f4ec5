import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { TestPouchd } from '../support/TestPouchd.ts';
import type { Cell } from './cells.ts';

/** The daemon that runs the containers. */
export type MatrixHost = Pick<TestPouchd, 'pouch' | 'inspect'>;

/** A row of the matrix, as text. */
export interface Findings {
  mode: string;
  runtime: string;
  userns: string;
  upMs: number;
  /** Its readiness, with the units that have failed. */
  state: string;
  exitCode: string;
  logs: string;
  reboot: string;
  poweroff: string;
  sandboxed: string;
  stopMs: number;
  stopCode: number;
  /** What is not as it should be; empty if all is. */
  problem: string;
}

const name = 'cell';
/** Milliseconds that a boot or a stop may take. */
const withinMs = 90_000;

/** Settings that systemd drops in silence where it may not mount, and a check of each from inside. */
const sandboxed = [
  ...['systemd-run', '--wait', '--quiet', '-p', 'PrivateTmp=yes', '-p', 'ProtectSystem=strict'],
  ...['-p', 'DynamicUser=yes', 'sh', '-c'],
  'test ! -e /tmp/seen && ! touch /usr/x 2>/dev/null && test "$(id -u)" -ge 61184',
];

export async function measure(daemon: MatrixHost, cell: Cell): Promise<Findings> {
  const { mode, runtime, userns } = cell;
  const base = ['--network', 'none', '--runtime', runtime, '--userns', userns, '--rich', '--rich-mode', mode];
  const run = (...options: string[]) => daemon.pouch('run', ...base, ...cell.options, ...options);
  const inspect = async () => (await daemon.inspect(name))!.State;
  const inside = (...command: string[]) => daemon.pouch('exec', name, ...command);
  const problems: string[] = [];
  const note = (isGood: boolean, problem: string) => {
    if (!isGood) problems.push(problem);
    return isGood ? 'yes' : 'no';
  };

  const began = performance.now();
  const started = await run('-d', '--wait', '--name', name, cell.image, ...cell.command);
  const upMs = Math.round(performance.now() - began);
  if (!(await daemon.inspect(name))) throw new Error(started.stderr.trim());
  note(started.exitCode === 0, started.stderr.trim());
  const { Readiness } = await inspect();
  const state = [Readiness?.State ?? 'up', ...(Readiness?.FailedUnits ?? [])].join(' ');
  const isSandboxed = mode === 'systemd' ? await sandboxing() : '–';
  const reboot = mode === 'dumb-init' ? '–' : await reboots();

  const stopping = performance.now();
  await daemon.pouch('stop', name);
  const stopMs = Math.round(performance.now() - stopping);
  const { ExitCode: stopCode } = await inspect();
  const poweroff = mode === 'dumb-init' ? '–' : await powersOff();
  await daemon.pouch('rm', '-f', name);

  const command = await run('--rm', cell.image, 'sh', '-c', 'echo out; exit 7');
  const exitCode = String(command.exitCode);
  note(command.exitCode === 7, `a command that exits with 7: ${command.exitCode} ${command.stderr.trim()}`);
  // The services of `supervised` print there too.
  const logs = note(
    command.stdout.split('\n').includes('out'),
    `output of a command: ${JSON.stringify(command.stdout)}`,
  );
  const problem = problems.join('; ').replaceAll('\n', ' ');
  return {
    ...{ mode, runtime, userns, upMs, state, exitCode, logs, reboot, poweroff },
    ...{ sandboxed: isSandboxed, stopMs, stopCode, problem },
  };

  /** Without a user namespace systemd may not mount: what it leaves out is a warning of the container. */
  async function sandboxing(): Promise<string> {
    await inside('touch', '/tmp/seen');
    const { exitCode: code } = await inside(...sandboxed);
    return userns === 'host' ? (code === 0 ? 'yes' : 'no') : note(code === 0, `sandboxed unit: ${code}`);
  }

  async function reboots(): Promise<string> {
    const { StartedAt } = await inspect();
    await inside('reboot');
    const isAgain = await waitUntil(
      async () => {
        const { Status, StartedAt: since } = await inspect();
        return Status === 'running' && since !== StartedAt;
      },
      { withinMs },
    );
    if (isAgain) await daemon.pouch('wait', '--condition', 'ready', name);
    return note(isAgain, 'a reboot inside does not start it again');
  }

  async function powersOff(): Promise<string> {
    await daemon.pouch('start', name);
    await daemon.pouch('wait', '--condition', 'ready', name);
    await inside('poweroff');
    const isOff = await waitUntil(async () => (await inspect()).Ending === 'poweroff', { withinMs });
    return note(isOff, 'a poweroff inside does not end it');
  }
}
