import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import ociHooks from '../../../../plugins/oci-hooks/index.ts';

type When = { annotation?: string; label?: string; rich?: boolean };

/** Whether a container gets a hook with this condition. */
async function applies(when: When | undefined, given: Partial<ContainerDraft>): Promise<boolean> {
  const taps: ((draft: ContainerDraft) => void)[] = [];
  const spec = { tap: (tap: (draft: ContainerDraft) => void) => taps.push(tap) };
  const one = { kind: 'poststop', path: '/h', ...(when && { when }) };
  const context = { hooks: { container: { spec } }, options: { hooks: { one }, directories: [] } };
  await ociHooks.setup(context as unknown as Parameters<typeof ociHooks.setup>[0]);
  const draft = {
    annotations: {},
    labels: {},
    rich: { enabled: false },
    ociHooks: {},
    ...given,
  } as ContainerDraft;
  for (const tap of taps) tap(draft);
  if (draft.ociHooks['one']) assert.deepEqual(draft.ociHooks['one'], { kind: 'poststop', path: '/h' });
  return draft.ociHooks['one'] !== undefined;
}

describe('OCI hooks of pouchd.yaml', () => {
  const rows: [When | undefined, Partial<ContainerDraft>, boolean][] = [
    [undefined, {}, true],
    [{ annotation: 'a' }, {}, false],
    [{ annotation: 'a' }, { annotations: { a: '' } }, true],
    [{ annotation: 'a=1' }, { annotations: { a: '1' } }, true],
    [{ annotation: 'a=1' }, { annotations: { a: '2' } }, false],
    [{ label: 'l=x=y' }, { labels: { l: 'x=y' } }, true],
    [{ label: 'l', annotation: 'a' }, { labels: { l: '' } }, false],
    [{ rich: true }, {}, false],
    [{ rich: false }, {}, true],
  ];
  for (const [when, given, expected] of rows)
    it(`${JSON.stringify(when ?? {})} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(given)}`, async () => {
      assert.equal(await applies(when, given), expected);
    });
});
