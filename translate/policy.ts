/** Translates restart policy, auto-removal, log, init and runtime. */
import type { ContainerCreateRequest, HostConfig } from '../client/wire.ts';
import { PouchError, type ContainerRequest, type RestartPolicy } from '../hooks/index.ts';
import { type Asked, given } from './asked.ts';
import { invalid, member } from './invalid.ts';

const restartNames = ['no', 'always', 'unless-stopped', 'on-failure'] as const;

/** @throws PCH_OPTION_INVALID */
export function policyOf(body: ContainerCreateRequest, asked: Asked): Partial<ContainerRequest> {
  const host = body.HostConfig ?? {};
  const restart = askedRestart(host, asked);
  if (host.AutoRemove && restart && restart.name !== 'no')
    throw new PouchError('PCH_OPTION_INVALID', "can't create 'AutoRemove' container with restart policy", {
      hint: `omit ${member('HostConfig.AutoRemove')} or ${member('HostConfig.RestartPolicy')}`,
    });
  if (host.AutoRemove && body.RestartAfterPoweroff)
    throw new PouchError(
      'PCH_OPTION_INVALID',
      `expected ${member('HostConfig.AutoRemove')} or ${member('RestartAfterPoweroff')}, found both`,
      { hint: `omit one of them: a container that is removed at its end cannot start again` },
    );
  return {
    restart,
    autoRemove: given(host.AutoRemove, asked),
    log: logOf(host.LogConfig),
    init: given(host.Init, asked),
    runtime: host.Runtime || undefined,
    vmOf: host.VmOf || undefined,
    rich: richOf(body, asked),
  };
}

/** Docker's clients send `no` for a container without a policy. */
function askedRestart(
  { RestartPolicy: policy }: HostConfig,
  { isLiteral }: Asked,
): RestartPolicy | undefined {
  const restart = restartOf(policy);
  return restart?.name === 'no' && !isLiteral ? undefined : restart;
}

/** Returns undefined if the request names no policy. @throws PCH_OPTION_INVALID */
export function restartOf(policy: HostConfig['RestartPolicy']): RestartPolicy | undefined {
  const maximumRetryCount = policy?.MaximumRetryCount ?? 0;
  const name = restartNames.find((known) => known === (policy?.Name || 'no'));
  if (!name) throw invalid('HostConfig.RestartPolicy.Name', restartNames.join(', '), policy?.Name);
  if (maximumRetryCount < 0)
    throw invalid('HostConfig.RestartPolicy.MaximumRetryCount', '0 or more', maximumRetryCount);
  if (maximumRetryCount > 0 && name !== 'on-failure')
    throw invalid('HostConfig.RestartPolicy', 'MaximumRetryCount only with on-failure', name);
  return policy?.Name ? { name, maximumRetryCount } : undefined;
}

function logOf(config: HostConfig['LogConfig']): ContainerRequest['log'] {
  const options = config?.Config ?? {};
  const asked = Boolean(config?.Type) || Object.keys(options).length > 0;
  return asked ? { driver: config?.Type ?? '', options } : undefined;
}

const onlyForRich = [
  'RichMode',
  'InitScript',
  'InitArgs',
  'InitCommands',
  'InitTimeout',
  'RestartAfterPoweroff',
  'Nested',
  'RichServices',
] as const;

function richOf(body: ContainerCreateRequest, asked: Asked): ContainerRequest['rich'] {
  const { Rich, RichMode: mode, InitScript: initScript } = body;
  const enabled = given(Rich, asked);
  const needsRich = onlyForRich.find(
    (name) => body[name] !== undefined && body[name] !== '' && body[name] !== false,
  );
  if (!asked.isPartial && !enabled && needsRich)
    throw new PouchError('PCH_OPTION_INVALID', `${member(needsRich)}: requires ${member('Rich')}`, {
      hint: `add ${member('Rich')}, or omit ${member(needsRich)}`,
    });
  const rich = {
    enabled,
    mode: mode || undefined,
    initScript: initScript || undefined,
    ...(body.InitArgs?.length && { initArgs: body.InitArgs }),
    ...(body.InitCommands?.length && { initCommands: body.InitCommands }),
    ...(body.InitTimeout !== undefined && { initTimeout: body.InitTimeout }),
    ...(body.RestartAfterPoweroff && { restartAfterPoweroff: true }),
    ...(body.Nested && { nested: true }),
    ...(body.RichServices && { supervised: supervisedOf(body.RichServices) }),
  };
  return Object.values(rich).some((value) => value !== undefined) ? rich : undefined;
}

function supervisedOf(services: NonNullable<ContainerCreateRequest['RichServices']>) {
  const entries = Object.entries(services).map(([name, { Command, After, Health }]) => {
    const service = {
      ...(Command && { command: Command }),
      ...(After && { after: After }),
      ...(Health && { health: Health }),
    };
    return [name, service] as const;
  });
  return Object.fromEntries(entries);
}
