import assert from 'node:assert/strict';
import { applyRich } from '../../../../../core/plan/request/rich.ts';
import type { ContainerRequest } from '../../../../../hooks/request.ts';
import { makeDraft } from '../../plugins/support/draft.ts';

function richOf(request: Partial<ContainerRequest>) {
  const draft = makeDraft();
  Object.assign(draft.annotations, request.annotations);
  applyRich(draft, { image: 'x', ...request });
  return { ...draft.rich, annotations: draft.annotations };
}

describe('a request for a rich container', () => {
  const marks: Record<string, string>[] = [
    { 'io.pouch.rich': 'true' },
    { 'io.pouch.rich': '1', 'io.pouch.rich.mode': 'systemd' },
    { 'io.pouch.rich.mode': 'systemd' },
  ];
  for (const where of ['labels', 'annotations'] as const)
    for (const mark of marks)
      it(`is one with the ${where} ${JSON.stringify(mark)}`, () => {
        const { enabled, mode } = richOf({ [where]: mark });
        assert.deepEqual({ enabled, mode }, { enabled: true, mode: mark['io.pouch.rich.mode'] ?? '' });
      });

  it('is plain with false; a field of the request takes precedence over labels, and these over annotations', () => {
    const yes = { 'io.pouch.rich': 'true' };
    const no = { 'io.pouch.rich': 'false' };
    assert.equal(richOf({ labels: no }).enabled, false);
    assert.equal(richOf({ labels: no, annotations: yes }).enabled, false);
    assert.equal(richOf({ rich: { enabled: false }, labels: yes }).enabled, false);
    assert.equal(richOf({}).enabled, false);
  });

  it('is refused with another value, by the field that has it', () => {
    for (const where of ['labels', 'annotations'] as const)
      assert.throws(() => richOf({ [where]: { 'io.pouch.rich': 'systemd' } }), {
        code: 'PCH_OPTION_INVALID',
        field: `${where}["io.pouch.rich"]`,
        hint: /io\.pouch\.rich\.mode/,
      });
  });

  it('cannot claim by an annotation that a mode was applied', () => {
    const { annotations } = richOf({
      rich: { enabled: true, mode: 'nosuch' },
      annotations: { 'io.pouch.rich': 'nosuch', other: 'kept' },
    });
    assert.deepEqual(annotations, { other: 'kept' });
  });
});
