import {
  bootInit,
  addRunMounts,
  type ContainerDraft,
  powerCommands,
  serviceCommand,
} from '../../hooks/index.ts';
import type { S6Init } from './findInit.ts';
import { readinessProbe } from './readiness.ts';
import { serviceCommands } from './services.ts';
import { addScanDirectory, copyServices, scanDirectory } from './scanDirectory.ts';

/** Changes the draft so that s6 is PID 1 and the command is one of its services. */
export async function makeRich(draft: ContainerDraft, init: S6Init): Promise<void> {
  addRunMounts(draft);
  if (init.kind === 'overlay') await bootOverlay(draft, init.path);
  else await bootScan(draft, init);
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands;
}

/** s6-overlay runs its arguments beside its services, and ends with them, by their exit code. */
async function bootOverlay(draft: ContainerDraft, path: string): Promise<void> {
  const { entrypoint, command, user, groups } = draft.process;
  const args = [...entrypoint, ...command];
  const own = args[0] === path ? args.slice(1) : args;
  if (own.length === 0) draft.rich.init = path;
  await bootInit(draft, { init: [path, ...own] });
  // Since version 3.2 it starts as any user, and changes it for nothing.
  Object.assign(draft.process, { user, groups });
}

async function bootScan(draft: ContainerDraft, { path }: S6Init): Promise<void> {
  const command = serviceCommand(draft);
  addScanDirectory(draft, command);
  draft.rich.power ??= powerCommands;
  await addCommands(draft);
  await bootInit(draft, {
    init: [path, scanDirectory],
    before: copyServices,
    keepsStreams: command !== undefined,
    isSilent: command?.endsContainer === true,
  });
  if (!command) draft.rich.init = path;
}

/** s6 has no commands for the end of a host. */
async function addCommands({ files, image }: ContainerDraft): Promise<void> {
  for (const [name, signal] of Object.entries({ reboot: 'INT', poweroff: 'USR1', halt: 'USR2' })) {
    const path = `/sbin/${name}`;
    if (await image.stat(path)) continue;
    files[path] = { content: `#!/bin/sh\nkill -${signal} 1\n`, mode: 0o755, readonly: true };
  }
}
