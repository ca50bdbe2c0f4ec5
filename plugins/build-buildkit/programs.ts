import { type BuilderObstacle, PouchError } from '../../hooks/index.ts';
import { findBinary } from '../../hooks/runtimes/findBinary.ts';

export interface Programs {
  buildkitd: string;
  buildctl: string;
  runtime: string;
}

export interface Wanted {
  /** Of a buildkitd that runs already: only buildctl is needed. */
  address?: string | undefined;
}

/** What the plugin needs of the host, or what lacks. */
export async function findPrograms({ address }: Wanted = {}): Promise<Programs | BuilderObstacle> {
  const buildkitd = address === undefined ? await findBinary('buildkitd') : '';
  const buildctl = await findBinary('buildctl');
  if (buildkitd === undefined || buildctl === undefined)
    return {
      problem: `${buildkitd === undefined ? 'buildkitd' : 'buildctl'} is not installed`,
      hint: 'install BuildKit: buildkitd and buildctl in /usr/local/bin',
    };
  if (address !== undefined) return { buildkitd, buildctl, runtime: '' };
  const runtime = (await findBinary('runc')) ?? (await findBinary('crun'));
  if (runtime === undefined)
    return { problem: 'neither runc nor crun is installed', hint: 'install one: apt-get install runc' };
  return { buildkitd, buildctl, runtime };
}

export async function programsOrThrow(wanted?: Wanted): Promise<Programs> {
  const found = await findPrograms(wanted);
  if ('problem' in found) throw new PouchError('PCH_TOOL_MISSING', found.problem, { hint: found.hint });
  return found;
}
