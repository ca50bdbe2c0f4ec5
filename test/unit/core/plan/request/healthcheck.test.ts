import assert from 'node:assert/strict';
import { applyImage } from '../../../../../core/plan/applyImage.ts';
import { applyHealthcheck } from '../../../../../core/plan/request/healthcheck.ts';
import type { Healthcheck } from '../../../../../hooks/healthcheck.ts';
import type { ImageConfig } from '../../../../../hooks/image.ts';
import { emptyDraft } from '../support.ts';

describe('a health check', () => {
  const planned = (asked: Healthcheck | undefined, image: ImageConfig['config'] = {}) => {
    const draft = emptyDraft(image);
    applyImage(draft);
    applyHealthcheck(draft, { image: 'busybox', healthcheck: asked });
    return draft.healthcheck;
  };
  const image = { Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 2e9, Retries: 5 } };

  it('comes from the image, and from the request field by field', () => {
    assert.equal(planned(undefined), undefined);
    const ofImage = { test: ['CMD-SHELL', 'true'], interval: 2000, retries: 5 };
    assert.deepEqual(planned(undefined, image), ofImage);
    assert.deepEqual(planned({ retries: 1, timeout: 1.5 }, image), { ...ofImage, retries: 1, timeout: 1.5 });
    assert.deepEqual(planned({ test: ['CMD', 'false'] }, image)?.test, ['CMD', 'false']);
    assert.deepEqual(planned({ test: ['NONE'] }, image)?.test, ['NONE']);
  });

  it('is a line for the shell of the image', () => {
    assert.deepEqual(planned(undefined, { ...image, Shell: ['/bin/ash', '-ec'] })?.shell, [
      '/bin/ash',
      '-ec',
    ]);
    assert.equal(planned({ test: ['CMD', 'x'] }, { ...image, Shell: ['/bin/ash', '-ec'] })?.shell, undefined);
  });

  it('of an image may have anything in its fields', () => {
    const odd = { Test: 'true', Interval: '5s', Timeout: null, StartPeriod: [], Retries: {} };
    assert.equal(planned(undefined, { Healthcheck: odd })?.test, undefined);
    assert.throws(() => planned(undefined, { Healthcheck: { Test: ['HTTP', '/'] } }), {
      code: 'PCH_OPTION_INVALID',
      field: 'healthcheck.test',
      message: /CMD, CMD-SHELL or NONE.*found "HTTP"/,
    });
  });

  const refused: [Healthcheck, field: string][] = [
    [{ test: ['FOO'] }, 'healthcheck.test'],
    [{ test: ['CMD'] }, 'healthcheck.test'],
    [{ test: ['CMD-SHELL'] }, 'healthcheck.test'],
    [{ test: ['CMD', 'x'], interval: 0.9 }, 'healthcheck.interval'],
    [{ test: ['CMD', 'x'], timeout: NaN }, 'healthcheck.timeout'],
    [{ test: ['CMD', 'x'], startPeriod: -1 }, 'healthcheck.startPeriod'],
    [{ test: ['CMD', 'x'], startInterval: 0 }, 'healthcheck.startInterval'],
    [{ test: ['CMD', 'x'], retries: -1 }, 'healthcheck.retries'],
    [{ onFailure: 'kill' }, 'healthcheck.onFailure'],
    [{ test: ['NONE'], onFailure: 'stop' }, 'healthcheck.onFailure'],
  ];
  for (const [asked, field] of refused)
    it(`${JSON.stringify(asked)} is refused`, () => {
      assert.throws(() => planned(asked), { code: 'PCH_OPTION_INVALID', field });
    });
});
