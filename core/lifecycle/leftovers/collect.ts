import type { EffectLeftover } from '../../../hooks/engine.ts';
import { messageOf, type PouchError } from '../../../hooks/errors.ts';
import { lateEffect, unknownKind } from '../../apply/effectErrors.ts';
import { sentenceOf } from '../../contract/ownedEffectKind.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { asOperation, type EngineContext } from '../shared/engineContext.ts';
import { findLeftovers, type Leftover } from './find.ts';

/** Milliseconds that one undo may take. */
const undoMs = 60_000;

/** Lists what belongs to no container, and removes it unless `dryRun`. One that fails has its `error`. */
export async function collectLeftovers(
  engine: EngineContext,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<EffectLeftover[]> {
  const collected: EffectLeftover[] = [];
  for (const left of await findLeftovers(engine)) {
    const error = dryRun ? undefined : await removed(engine, left).catch(messageOf);
    collected.push({
      ...(await shown(engine, left)),
      ...(error !== undefined && { error: engine.secrets.text(error) }),
    });
  }
  return collected;
}

/** Resolves to undefined. */
async function removed(engine: EngineContext, left: Leftover): Promise<undefined> {
  const { container } = left;
  await asOperation(engine, container, 'effects gc', async () => {
    // A container may have begun to exist while this waited.
    const isStill = (await findLeftovers(engine)).some(
      (one) => one.container === container && one.key === left.key,
    );
    if (isStill) await undo(engine, left);
  });
}

async function undo(engine: EngineContext, { container, key, effect }: Leftover): Promise<void> {
  const kind = await engine.effectKinds.toUndo(effect.kind);
  if (!kind) throw unknownKind(key, effect.kind, 'undone');
  const late = (): PouchError => lateEffect(kind, undoMs, container);
  await withDeadline({ ms: undoMs, late, signal: engine.shutdown }, (signal) =>
    kind.undo(effect.args, undefined, { container, key, signal, resultOf: () => undefined }),
  );
  engine.log.info('a leftover of a container was removed', { container, effect: key, kind: effect.kind });
}

async function shown({ effectKinds, secrets }: EngineContext, left: Leftover): Promise<EffectLeftover> {
  const { container, key, effect, reason } = left;
  const kind = effectKinds.toApply(effect.kind);
  const sentence = secrets.text(kind ? await sentenceOf(kind, effect.args) : effect.kind);
  return { container, key, kind: effect.kind, sentence, reason };
}
