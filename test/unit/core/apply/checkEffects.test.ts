import assert from 'node:assert/strict';
import { checkEffects } from '../../../../core/apply/checkEffects.ts';
import type { EffectKind } from '../../../../hooks/effectKind.ts';
import type { Effect } from '../../../../hooks/effects.ts';
import { makeDraft } from '../plugins/support/draft.ts';

describe('the check of planned effects', () => {
  let looked: string[] = [];
  beforeEach(() => {
    looked = [];
  });

  const fail = () => assert.fail('a check applies nothing');
  const disk: EffectKind<{ bytes: number }> = {
    kind: 'disk',
    describe: () => '',
    apply: fail,
    undo: fail,
    async check({ bytes }, { draft }) {
      looked.push(draft.name);
      if (bytes > 10) throw new Error(`expected 10 bytes or less, found ${bytes}`);
    },
  };
  const plain: EffectKind = { kind: 'plain', describe: () => '', apply: fail, undo: fail };

  async function messages(effects: Record<string, Partial<Effect>>, offline = false): Promise<string[]> {
    const full = Object.entries(effects).map(([key, effect]) => [
      key,
      { kind: 'plain', stage: 'create', args: {}, ...effect },
    ]);
    const draft = makeDraft({ effects: Object.fromEntries(full) as Record<string, Effect> });
    const kinds = {
      toApply: (name: string) => [disk as unknown as EffectKind, plain].find(({ kind }) => kind === name),
    };
    const found = await checkEffects(draft, { kinds, signal: new AbortController().signal, offline });
    return found.map((error) => (error as Error).message);
  }

  it('finds nothing in effects that can be applied, or whose kind knows nothing before', async () => {
    assert.deepEqual(await messages({ a: { kind: 'disk', args: { bytes: 1 } }, b: { needs: ['a'] } }), []);
    assert.equal(looked.length, 1);
  });

  it('collects every error: of kinds, and of unknown kinds', async () => {
    const found = await messages({
      a: { kind: 'disk', args: { bytes: 11 } },
      b: { kind: 'disk', args: { bytes: 12 } },
      c: { kind: 'nobody' },
    });
    assert.deepEqual(found, [
      'expected 10 bytes or less, found 11',
      'expected 10 bytes or less, found 12',
      'the effect c cannot be applied: no loaded plugin provides its kind "nobody"',
    ]);
  });

  it('offline calls no kind', async () => {
    const effects = { a: { kind: 'disk', args: { bytes: 11 } }, c: { kind: 'nobody' } };
    assert.equal((await messages(effects, true)).length, 1);
    assert.deepEqual(looked, []);
  });
});
