import assert from 'node:assert/strict';
import { checkRichMode } from '../../../../core/plan/richMode.ts';
import type { ContainerDraft } from '../../../../hooks/draft.ts';

function check(mode: string, annotation: string | undefined, enabled = true): void {
  const annotations = annotation === undefined ? {} : { 'io.pouch.rich': annotation };
  checkRichMode({ rich: { enabled, mode, initScript: '' }, annotations } as ContainerDraft, ['one', 'two']);
}

describe('plan: rich mode', () => {
  it('is fine when a plugin has taken it, or the container is plain', () => {
    check('systemd', 'systemd');
    check('', undefined, false);
  });

  it('is an error that names the mode when no plugin has taken it', () => {
    assert.throws(
      () => {
        check('upstart', undefined);
      },
      { code: 'PCH_OPTION_INVALID', message: /rich mode "upstart"/, hint: /known are one, two;/ },
    );
  });
});
