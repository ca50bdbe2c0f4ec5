import { strict as assert } from 'node:assert';
import type { RuntimeCondition } from '../../../../../config/types.ts';
import { fittingRule } from '../../../../../core/plan/runtime/rules.ts';
import { emptyDraft } from '../support.ts';
import { fastest } from '../../../../support/fastest.ts';

describe('runtime rules', () => {
  const draft = emptyDraft();
  Object.assign(draft.labels, { team: 'payroll', trusted: '' });
  draft.rich = { enabled: true, mode: 'systemd', initScript: '' };

  const cases: [RuntimeCondition, boolean][] = [
    [{ image: 'docker.io/library/busybox:latest' }, true],
    [{ image: 'docker.io/library/busybox' }, false],
    [{ image: 'docker.io/*' }, true],
    [{ image: '*' }, true],
    [{ image: '*busy*:latest' }, true],
    [{ image: '*:latest*:latest' }, false],
    [{ image: 'docker.io/*.io/library/busybox:latest' }, false],
    [{ image: '*/busybox:*' }, true],
    [{ label: 'team' }, true],
    [{ label: 'trusted' }, true],
    [{ label: 'other' }, false],
    [{ label: 'team=payroll' }, true],
    [{ label: 'team=pay*' }, true],
    [{ label: 'team=sales' }, false],
    [{ rich: true }, true],
    [{ rich: false }, false],
    [{ rich: 'systemd' }, true],
    [{ rich: 'sbin-init' }, false],
    [{ image: '*', label: 'team', rich: true }, true],
    [{ image: '*', label: 'other', rich: true }, false],
  ];
  for (const [when, fits] of cases)
    it(`${fits ? 'fits' : 'does not fit'} ${JSON.stringify(when)}`, () => {
      assert.equal(fittingRule(draft, [{ when, use: 'kata' }]), fits ? 0 : -1);
    });

  it('takes the first that fits', () => {
    const rules = [
      { when: { label: 'other' }, use: 'a' },
      { when: { rich: true }, use: 'b' },
      { when: { image: '*' }, use: 'c' },
    ];
    assert.equal(fittingRule(draft, rules), 1);
  });

  it('matches in no time whatever the pattern is', async () => {
    const image = { ...draft.image, reference: 'a'.repeat(500) };
    const rules = [{ when: { image: '*a'.repeat(250) + '*b' }, use: 'x' }];
    const ms = await fastest(5, () => assert.equal(fittingRule({ ...draft, image }, rules), -1));
    assert.ok(ms < 50, `${ms} ms`);
  });
});
