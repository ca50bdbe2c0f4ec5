import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';
import { version } from '../../version.ts';
import { parseTemplate } from '../../output/template.ts';
import { alignColumns } from '../../output/table.ts';
import type { VersionResponse } from '../../../client/index.ts';

interface Flags {
  client?: boolean;
  format?: string;
}

interface Versions {
  Client: { Version: string; Os: string; Arch: string };
  Server?: VersionResponse;
}

export function define(command: PouchCommand, session: Session): void {
  command
    .option('--client', 'Show only the client version, without a call to the daemon')
    .option('--format <format>', 'Format output: json, or a Go template such as {{.Server.Version}}')
    .action((flags: Flags) => show(session, flags));
}

async function show(session: Session, flags: Flags): Promise<void> {
  const Client = { Version: version, Os: process.platform, Arch: process.arch };
  const versions: Versions = flags.client
    ? { Client }
    : { Client, Server: await session.client.system.version() };
  if (flags.format === 'json') session.print(JSON.stringify(versions));
  else if (flags.format !== undefined) session.print(parseTemplate(flags.format)(versions));
  else session.print(text(versions));
}

function text({ Client, Server }: Versions): string {
  const lines = ['Client:', ...alignColumns(section(Client))];
  if (Server) {
    lines.push('', 'Server:', ...alignColumns(section(Server)));
    for (const { Name, Version } of Server.Components ?? []) lines.push(` ${Name}: ${Version}`);
  }
  return lines.join('\n');
}

function section(of: { Version: string; Os: string; Arch: string } & Partial<VersionResponse>): string[][] {
  const rows: [string, string | undefined][] = [
    ['Version', of.Version],
    ['API version', of.ApiVersion],
    ['Commit', of.GitCommit],
    ['Built', of.BuildTime],
    ['OS/Arch', `${of.Os}/${of.Arch}`],
    ['Kernel', of.KernelVersion],
  ];
  return rows.flatMap(([name, value]) => (value ? [[` ${name}:`, value]] : []));
}
