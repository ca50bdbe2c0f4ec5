/** Translates Docker's create body into the engine's request. */
import { type ContainerCreateRequest, profilesOf } from '../client/wire.ts';
import { PouchError, type ContainerRequest } from '../hooks/index.ts';
import type { Asked } from './asked.ts';
import { member } from './invalid.ts';
import { firstBootOf } from './firstBoot.ts';
import { healthcheckOf } from './healthcheck.ts';
import { isolationOf } from './isolation.ts';
import { networkOf } from './network.ts';
import { policyOf } from './policy.ts';
import { processOf } from './process.ts';
import { resourcesOf } from './resources.ts';
import { volumesOf } from './volumes.ts';
import { warnOfIgnored } from './warnings.ts';

export interface Translation {
  request: ContainerRequest;
  /** Requested options that have no effect. */
  warnings: string[];
}

/**
 * Translates the body of create and plan.
 * @throws PCH_BAD_REQUEST, PCH_OPTION_INVALID, PCH_NOT_SUPPORTED
 */
export function toContainerRequest(
  body: ContainerCreateRequest,
  options: { name?: string; platform?: string } & Partial<Asked> = {},
): Translation {
  const profiles = profilesOf(body.Labels);
  const { isLiteral = false, isPartial = profiles.length > 0 } = options;
  const asked: Asked = { isLiteral, isPartial };
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const host = body.HostConfig ?? {};
  const request: ContainerRequest = {
    id: body.SpecificID || undefined,
    name: nameOf(options.name),
    image: imageOf(body),
    profiles: profiles.length > 0 ? profiles : undefined,
    platform: options.platform,
    hostname: body.Hostname || undefined,
    domainname: body.Domainname || undefined,
    labels: body.Labels ?? undefined,
    annotations: host.Annotations ?? undefined,
    volumes: volumesOf(body),
    volumesFrom: host.VolumesFrom?.length ? host.VolumesFrom : undefined,
    volumeDriver: body.HostConfig?.VolumeDriver || undefined,
    resources: resourcesOf(host, asked),
    network: networkOf(body, warn, asked),
    ...processOf(body),
    ...isolationOf(host, asked),
    ...policyOf(body, asked),
    firstBoot: firstBootOf(body),
    boot: bootOf(body),
    healthcheck: healthcheckOf(body),
  };
  warnOfIgnored(body, warn);
  return { request: withoutUndefined(request), warnings };
}

function bootOf({ BootOrder: order, BootDelay: delaySeconds }: ContainerCreateRequest) {
  if (order === undefined && delaySeconds === undefined) return undefined;
  return { ...(order !== undefined && { order }), ...(delaySeconds !== undefined && { delaySeconds }) };
}

function nameOf(name: string | undefined): string | undefined {
  return name?.replace(/^\//, '') || undefined;
}

function imageOf(body: ContainerCreateRequest): string {
  if (body.Image) return body.Image;
  throw new PouchError(
    'PCH_BAD_REQUEST',
    `${member('Image')}: expected an image reference or id, found an empty value`,
  );
}

/** Drops undefined fields: requests are stored and compared. */
function withoutUndefined(request: ContainerRequest): ContainerRequest {
  return Object.fromEntries(
    Object.entries(request).filter(([, value]) => value !== undefined),
  ) as typeof request & object;
}
