import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EngineContext } from './engineContext.ts';

/**
 * The runtime would hang where a source does, and could not be ended. What is missing it reports itself.
 * @throws PCH_FILE_TIMEOUT
 */
export async function checkSources(
  { files }: Pick<EngineContext, 'files'>,
  { draft, paths }: Pick<ContainerRecord, 'draft' | 'paths'>,
): Promise<void> {
  const sources = Object.values(draft.mounts)
    .filter(
      ({ type, source, options }) =>
        type === 'bind' && !options.includes('late') && !source.startsWith(paths.directory),
    )
    .map(({ source }) => source);
  await files.checkResponds(sources, (path) => `the bind source ${path}`);
}
