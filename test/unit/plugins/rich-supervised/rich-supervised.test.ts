import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import plugin from '../../../../plugins/rich-supervised/index.ts';
import { checkServices } from '../../../../plugins/rich-supervised/services.ts';
import { type RichCase, runPlugin } from '../richDraft.ts';

const host = { busyboxPath: '/bin/busybox' };
const boot = (given: RichCase = {}) => runPlugin(plugin, { host, supervised: { sshd: {} }, ...given });

const order = (supervised: ContainerDraft['rich']['supervised']) =>
  checkServices({ rich: { supervised } } as unknown as ContainerDraft).map(({ name }) => name);

describe('rich-supervised', () => {
  it('is chosen if the request names services', async () => {
    const { rich } = await boot();
    assert.deepEqual([rich.mode, rich.reason], ['supervised', 'the request names services']);
    assert.equal((await runPlugin(plugin, { host })).rich.mode, '');
  });

  it('names what is missing on the host', async () => {
    await assert.rejects(boot({ host: { busyboxPath: undefined } }), {
      code: 'PCH_INIT_NOT_FOUND',
      message: /expected a static busybox on this host \(\/bin\/busybox\), found none/,
      hint: /busybox-static/,
    });
    await assert.rejects(boot({ host: { ...host, initPath: undefined } }), {
      message: /expected a static init/,
    });
  });

  it('needs no program of the image: the shell is mounted, read-only', async () => {
    const { process, mounts } = await boot();
    assert.deepEqual(process.entrypoint, ['/.pouch/busybox', 'sh', '/.pouch/start']);
    assert.deepEqual(mounts['/.pouch/busybox']?.options, ['bind', 'ro', 'nosuid', 'nodev']);
    assert.equal(process.init, true);
  });

  it('starts services after those that they name', () => {
    const services = { web: { command: 'w', after: ['db', 'log'] }, db: { command: 'd', after: ['log'] } };
    assert.deepEqual(order({ ...services, log: { command: 'l' } }), ['log', 'db', 'web']);
  });

  for (const [what, supervised, message] of [
    ['without a command', { web: {} }, /service web: expected a command, found none/],
    ['with an invalid name', { '../x': { command: 'x' } }, /service \.\.\/x: invalid name/],
    ['after an unknown one', { a: { command: 'x', after: ['b'] } }, /found b/],
    ['after itself', { a: { command: 'x', after: ['a'] } }, /found that it waits for itself by a/],
  ] as const)
    it(`refuses a service ${what}`, () => {
      const copy = structuredClone(supervised) as unknown as ContainerDraft['rich']['supervised'];
      assert.throws(() => order(copy), { code: 'PCH_OPTION_INVALID', message });
    });
});
