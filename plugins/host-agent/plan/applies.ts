import type { ContainerRecord, ContainerRequest, VolumeRequest } from '../../../hooks/index.ts';
import type { Difference } from './differences.ts';
import { endpointKeys } from './endpointOptions.ts';

/** How a difference of a container reaches it. */
export type Applies = 'now' | 'restart' | 'upgrade' | 'recreate';

/** What of a container decides how it gets a change. */
export interface Facts {
  readonly ownsMounts?: boolean;
  readonly keepsEnv?: boolean;
  readonly isDetached?: boolean;
}

/** The cheapest way by which a running container can get a change. */
export function applies(
  { path, before, after }: Difference,
  request: ContainerRequest,
  { ownsMounts = false, keepsEnv = false, isDetached = false }: Facts = {},
): Applies {
  const [field = '', key = ''] = path;
  switch (field) {
    case 'labels':
    case 'restart':
      return 'now';
    case 'resources':
      // An update sets limits, and takes none away.
      return after === undefined ? 'recreate' : 'now';
    case 'env':
      // An update takes the image's value away, too.
      return after === undefined || keepsEnv ? 'recreate' : 'restart';
    case 'annotations':
      return 'restart';
    case 'diskQuota':
      // A disk cannot shrink.
      return typeof before === 'number' && typeof after === 'number' && after > before ? 'now' : 'recreate';
    case 'image':
      return request.rich?.enabled ? 'upgrade' : 'recreate';
    case 'volumes':
      if (![before, after].every(isLiveMount)) return 'recreate';
      return ownsMounts && (after as VolumeRequest | undefined)?.readonly ? 'restart' : 'now';
    case 'devices':
      return 'now';
    case 'network':
      if (key === 'ports') return [before, after].every(hasHostPort) ? 'now' : 'recreate';
      if (isDetached && ofEndpoint.includes(key)) return 'now';
      return key === 'endpoints' ? 'now' : 'recreate';
    default:
      return 'recreate';
  }
}

const ofEndpoint: readonly string[] = ['detached', ...endpointKeys];

export function factsOf({
  draft: { process, rich },
  request,
}: Pick<ContainerRecord, 'draft' | 'request'>): Facts {
  return {
    // Processes inside, such as those of a rich container, could make a mount writable that they get later.
    ownsMounts: process.capabilities['CAP_SYS_ADMIN'] === true,
    // Services of an init have the variables in files, which are written once.
    keepsEnv: rich.enabled && rich.mode !== 'dumb-init',
    // It was disconnected from the network of its mode, and gets the options of its endpoint as it is connected.
    isDetached: request.network?.detached === true,
  };
}

/** Only these can be added to a container that runs. */
function isLiveMount(volume: unknown): boolean {
  if (volume === undefined) return true;
  const { kind, source } = volume as { kind?: string; source?: string };
  return kind === 'bind' || (kind === 'volume' && source !== undefined);
}

function hasHostPort(port: unknown): boolean {
  return port === undefined || Boolean((port as { hostPort?: number }).hostPort);
}

const order: readonly Applies[] = ['now', 'restart', 'upgrade', 'recreate'];

/** The dearest of some ways. */
export function dearest(ways: readonly Applies[]): Applies {
  return ways.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'now');
}
