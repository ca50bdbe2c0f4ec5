import { ClientError } from '../../../client/index.ts';
import type { InfoResponse, PouchInfoResponse } from '../../../client/index.ts';
import { alignColumns } from '../../output/table.ts';
import { parseTemplate } from '../../output/template.ts';
import { humanMemory } from '../../output/units.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .option('-f, --format <format>', 'Format output: json, or a Go template such as {{.ServerVersion}}')
    .action(async ({ format }: { format?: string }) => {
      const [info, pouch] = await Promise.all([session.client.system.info(), pouchInfo(session)]);
      const all = { ...info, Pouch: pouch };
      if (format === 'json') session.print(JSON.stringify(all));
      else if (format !== undefined) session.print(parseTemplate(format)(all));
      else printInfo(session, info, pouch);
    });
}

/** Returns undefined if the daemon is not pouchd. */
async function pouchInfo(session: Session): Promise<PouchInfoResponse | undefined> {
  try {
    return await session.client.pouch.info();
  } catch (error) {
    if (error instanceof ClientError && error.status === 404) return undefined;
    throw error;
  }
}

function printInfo(session: Session, info: InfoResponse, pouch: PouchInfoResponse | undefined): void {
  const states = `${info.ContainersRunning} running, ${info.ContainersPaused} paused, ${info.ContainersStopped} stopped`;
  const rows = [
    ['Daemon:', `${session.client.host}, version ${info.ServerVersion}`],
    ['Containers:', `${info.Containers} (${states})`],
    ['Images:', String(info.Images)],
    ['Root:', info.DockerRootDir],
    ['Runtimes:', `${Object.keys(info.Runtimes ?? {}).join(', ')} (default ${info.DefaultRuntime})`],
    ['Cgroups:', `version ${info.CgroupVersion}, ${info.CgroupDriver}`],
    ['Host:', `${info.Name}, ${info.OperatingSystem}, kernel ${info.KernelVersion}, ${info.Architecture}`],
    ['Resources:', `${info.NCPU} CPUs, ${humanMemory(info.MemTotal)} memory`],
    ...quotaRows(info),
    ...(pouch ? pouchRows(pouch) : []),
  ];
  for (const line of alignColumns(rows)) session.print(line);
  for (const warning of info.Warnings ?? []) session.warn(warning);
}

function quotaRows({ DriverStatus }: InfoResponse): string[][] {
  const rows = (DriverStatus ?? []) as [name: string, value: string][];
  const [, quota] = rows.find(([name]) => name === 'Disk Quota') ?? [];
  return quota === undefined ? [] : [['Disk quota:', quota]];
}

function pouchRows({ state, containerd, plugins }: PouchInfoResponse): string[][] {
  const managed = containerd.managed ? 'managed' : "the host's";
  return [
    ['State:', state],
    ['containerd:', `${containerd.version}, ${containerd.address} (${managed})`],
    ...plugins.map((plugin, index) => [
      index === 0 ? 'Plugins:' : '',
      `${plugin.name}: ${plugin.state}${plugin.error ? ` (${plugin.error})` : ''}`,
    ]),
  ];
}
