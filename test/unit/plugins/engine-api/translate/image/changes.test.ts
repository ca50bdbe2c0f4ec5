import assert from 'node:assert/strict';
import { applyChanges } from '../../../../../../plugins/engine-api/translate/image/changes.ts';

describe('instructions of docker import --change', () => {
  it('set the fields of the image as a Dockerfile does', () => {
    const config = applyChanges([
      'CMD ["/sbin/init", "3"]',
      'ENTRYPOINT exec run it',
      'ENV A=1 B="2 3"',
      "env A 4 five 'six'",
      'EXPOSE 80 53/udp',
      'LABEL owner=ops note="it\'s \\"old\\""',
      'VOLUME ["/srv", "/data"]',
      'VOLUME /more',
      'USER app',
      'WORKDIR /srv/my app',
      'STOPSIGNAL SIGPWR',
    ]);
    assert.deepEqual(config, {
      Cmd: ['/sbin/init', '3'],
      Entrypoint: ['/bin/sh', '-c', 'exec run it'],
      Env: ['B=2 3', "A=4 five 'six'"],
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Labels: { owner: 'ops', note: 'it\'s "old"' },
      Volumes: { '/srv': {}, '/data': {}, '/more': {} },
      User: 'app',
      WorkingDir: '/srv/my app',
      StopSignal: 'SIGPWR',
    });
    assert.deepEqual(applyChanges([]), {});
  });

  it('know Docker’s own, and start from a configuration', () => {
    assert.deepEqual(
      applyChanges(
        [
          'HEALTHCHECK --interval=30s --retries=3 CMD curl localhost',
          'ONBUILD RUN one',
          'ONBUILD RUN two',
          'ENV A=2',
        ],
        { User: 'app', Env: ['A=1'] },
      ),
      {
        User: 'app',
        Env: ['A=2'],
        Healthcheck: { Test: ['CMD-SHELL', 'curl localhost'], Interval: 30e9, Retries: 3 },
        OnBuild: ['RUN one', 'RUN two'],
      },
    );
    const health = (text: string) => applyChanges([`HEALTHCHECK ${text}`]).Healthcheck;
    assert.deepEqual(health('NONE'), { Test: ['NONE'] });
    assert.deepEqual(health('--start-interval=1m30s --start-period=500ms CMD true'), {
      Test: ['CMD-SHELL', 'true'],
      StartInterval: 90e9,
      StartPeriod: 5e8,
    });
    assert.deepEqual(health('CMD ["a", "b"]'), { Test: ['CMD', 'a', 'b'] });
    for (const bad of [
      'curl',
      '--often CMD x',
      '--retries=3s CMD x',
      '--interval=3 CMD x',
      '--retries=1.5 CMD x',
    ])
      assert.throws(() => health(bad), { code: 'PCH_BAD_REQUEST' }, bad);
  });

  for (const bad of ['RUN true', 'CMD', 'CMD ["a"', 'CMD [1]', 'ENV A', 'ENV =1', 'EXPOSE x', 'LABEL a'])
    it(`refuse "${bad}"`, () => {
      assert.throws(() => applyChanges([bad]), { code: 'PCH_BAD_REQUEST', message: /^changes: expected/ });
    });
});
