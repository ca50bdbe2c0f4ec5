import type { ContainerUpdateRequest } from '../../../client/index.ts';
import { forEachRef } from '../../containers/forEachRef.ts';
import { conflictingOptions, invalidOption } from '../../errors.ts';
import { environmentOf } from '../../../client/options/environment.ts';
import { parseKeyValues } from '../../../client/options/keyValue.ts';
import { parseRestart } from '../../../client/options/limits.ts';
import { parseSize } from '../../../client/options/size.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import { cgroupLimits } from '../../../client/options/limitConfig.ts';
import { collect } from '../../run/collect.ts';
import { addLiveLimits } from '../../run/runOptions.ts';
import type { Session } from '../../Session.ts';

interface Flags {
  restart?: string;
  diskQuota?: string;
  env: string[];
  envRm: string[];
  label: string[];
  labelRm: string[];
  annotation: string[];
  annotationRm: string[];
}

export function define(command: PouchCommand, session: Session): void {
  command.argument('<container...>', 'Names or IDs');
  addLiveLimits(command);
  command
    .option(
      '--restart <policy>',
      'Restart policy to apply when a container exits: no, always, unless-stopped or on-failure[:MAX]',
    )
    .option('--disk-quota <size>', 'Grow what its root filesystem can hold')
    .option(
      '-e, --env <name=value>',
      'Set environment variables, for the next start and for exec; a bare NAME takes its value from the current environment',
      collect,
      [],
    )
    .option('--env-rm <name>', 'Remove an environment variable', collect, [])
    .option('-l, --label <key=value>', 'Set meta data', collect, [])
    .option('--label-rm <key>', 'Remove meta data', collect, [])
    .option('--annotation <key=value>', 'Set an annotation, for the next start', collect, [])
    .option('--annotation-rm <key>', 'Remove an annotation', collect, [])
    .action((refs: string[], flags: Flags) => update(session, refs, flags));
}

/** What is set comes after what is removed: a name in both is set. */
function namedConfig(flags: Flags): Pick<ContainerUpdateRequest, 'Env' | 'Label' | 'SpecAnnotation'> {
  const given = { env: flags.env, envFile: [], secretEnv: [], secretEnvFile: [] };
  const { Env = [] } = environmentOf(given, process.env);
  const unset = Env.find((entry) => !entry.includes('='));
  if (unset !== undefined)
    throw invalidOption('-e, --env', 'NAME=VALUE, or a variable of this environment', unset);
  const labels = Object.entries(parseKeyValues('-l, --label', flags.label));
  const env = [...names('--env-rm', flags.envRm), ...Env];
  const label = [...names('--label-rm', flags.labelRm), ...labels.map(([key, value]) => `${key}=${value}`)];
  const annotations = {
    ...Object.fromEntries(names('--annotation-rm', flags.annotationRm).map((name) => [name, null])),
    ...parseKeyValues('--annotation', flags.annotation, { valueRequired: true }),
  };
  return {
    ...(env.length > 0 && { Env: env }),
    ...(label.length > 0 && { Label: label }),
    ...(Object.keys(annotations).length > 0 && { SpecAnnotation: annotations }),
  };
}

function names(flag: string, texts: string[]): string[] {
  const odd = texts.find((text) => text === '' || text.includes('='));
  if (odd !== undefined) throw invalidOption(flag, 'a name', odd);
  return texts;
}

async function update(session: Session, refs: string[], flags: Flags): Promise<void> {
  const { restart, diskQuota } = flags;
  const body: ContainerUpdateRequest = {
    ...cgroupLimits(flags),
    ...(restart !== undefined && { RestartPolicy: parseRestart(restart) }),
    ...(diskQuota !== undefined && { StorageOpt: { size: String(parseSize('--disk-quota', diskQuota)) } }),
    ...namedConfig(flags),
  };
  if (Object.keys(body).length === 0)
    throw conflictingOptions(
      'expected at least one option, found none',
      'see --help for the options of the command',
    );
  await forEachRef(session, refs, async (ref) => {
    const { Warnings } = await session.client.containers.update(ref, body);
    for (const warning of Warnings ?? []) session.warn(`warning: ${ref}: ${warning}`);
  });
}
