/** What a container gets at its first start, written when the runtime has created it, before its init runs. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { FirstBootSetup } from '../../contract/firstBoot/types.ts';
import { parseUserData } from '../../contract/firstBoot/userData.ts';
import type { FileOwner } from '../../files/index.ts';
import type { EngineContext } from '../shared/engineContext.ts';

const msPerDay = 86_400_000;

/**
 * A start that fails here, or is interrupted, is repeated: what the container has already stays.
 * @throws PCH_FIRST_BOOT
 */
export async function firstBoot(
  engine: EngineContext,
  { draft, name, state }: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  const setup = state.startedAt === '' ? setupOf(draft) : undefined;
  if (!setup) return;
  const { uidMappings, gidMappings } = draft;
  const today = Math.floor(Date.now() / msPerDay);
  const problems = await engine.files.firstBoot(owner, { setup, uidMappings, gidMappings, today });
  if (problems.length === 0) return;
  throw new PouchError('PCH_FIRST_BOOT', `the first start of ${name}: ${problems.join('; ')}`, {
    hint: 'correct what it was created with, or the image, and create it again',
  });
}

/** User data of an image with cloud-init is cloud-init's. */
function setupOf({ firstBoot }: ContainerDraft): FirstBootSetup | undefined {
  if (!firstBoot) return undefined;
  const { sshKeys = [], sshPort, timezone, userData } = firstBoot;
  const data = userData === undefined || firstBoot.cloudInit ? undefined : parseUserData(userData);
  const defaultKeys = (data?.defaultKeys ?? []).map((key) => ({ user: 'root', key }));
  return {
    groups: data?.groups ?? [],
    users: data?.users ?? [],
    keys: [...sshKeys, ...(data?.keys ?? []), ...defaultKeys],
    files: data?.files ?? [],
    ...(sshPort !== undefined && { sshPort }),
    ...(timezone !== undefined && { timezone }),
    ...(data?.locale !== undefined && { locale: data.locale }),
  };
}
