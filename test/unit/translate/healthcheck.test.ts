import assert from 'node:assert/strict';
import type { ContainerCreateRequest } from '../../../client/wire.ts';
import { toDockerHealthcheck } from '../../../hooks/index.ts';
import { healthcheckOf } from '../../../translate/healthcheck.ts';

describe('health checks of Docker’s API', () => {
  const of = (body: Partial<ContainerCreateRequest>) => healthcheckOf({ Image: 'busybox', ...body });

  it('have nanoseconds, and zeros for what is not given', () => {
    assert.equal(of({}), undefined);
    assert.equal(of({ Healthcheck: { Test: [], Interval: 0, Retries: 0 } }), undefined);
    const Healthcheck = {
      Test: ['CMD', 'true'],
      Interval: 1_500_000,
      Timeout: 1234567,
      StartPeriod: 60e9,
      StartInterval: 1e9,
      Retries: 4,
    };
    const check = of({ Healthcheck, HealthcheckOnFailureAction: 'kill', Shell: ['/bin/ash', '-c'] })!;
    assert.deepEqual(check, {
      test: ['CMD', 'true'],
      interval: 1.5,
      timeout: 1.234567,
      startPeriod: 60_000,
      startInterval: 1000,
      retries: 4,
      shell: ['/bin/ash', '-c'],
      onFailure: 'kill',
    });
    assert.deepEqual(toDockerHealthcheck(check), Healthcheck);
  });

  const refused: [Partial<ContainerCreateRequest>, RegExp][] = [
    [{ Healthcheck: { Interval: 999_999 } }, /^Interval in Healthcheck cannot be less than 1ms$/],
    [{ Healthcheck: { Timeout: -1 } }, /^Timeout in Healthcheck cannot be less than 1ms$/],
    [{ Healthcheck: { StartPeriod: 1 } }, /^StartPeriod in Healthcheck cannot be less than 1ms$/],
    [{ Healthcheck: { StartInterval: 1 } }, /^StartInterval in Healthcheck cannot be less than 1ms$/],
    [{ Healthcheck: { Retries: -1 } }, /^Retries in Healthcheck cannot be negative$/],
    [{ HealthcheckOnFailureAction: 'explode' }, /one of none, kill, restart, stop, found "explode"/],
    [{ HealthcheckOnFailureAction: 'restart', HostConfig: { AutoRemove: true } }, /AutoRemove/],
  ];
  for (const [body, message] of refused)
    it(`${JSON.stringify(body)} is refused`, () => {
      assert.throws(() => of(body), { code: 'PCH_OPTION_INVALID', message });
    });
});
