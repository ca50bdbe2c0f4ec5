import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { checkCpus } from '../../../../../core/plan/request/cpus.ts';
import { checkHostname } from '../../../../../core/plan/request/hostname.ts';
import { checkLogOptions } from '../../../../../core/plan/request/log.ts';
import { checkTmpfsOptions } from '../../../../../core/plan/request/tmpfs.ts';

const refused = { code: 'PCH_OPTION_INVALID' };

describe('checks of a request', () => {
  for (const name of ['web', 'web-1.example', '_x', 'a'.repeat(64)])
    it(`${name.slice(0, 20)} is a host name`, () => assert.equal(checkHostname('hostname', name), name));

  for (const name of ['', '-x', 'x-', 'a b', 'a\nb', 'a\tb', 'ä', 'a'.repeat(65)])
    it(`${JSON.stringify(name).slice(0, 20)} is not a valid host name`, () =>
      assert.throws(() => checkHostname('hostname', name), refused));

  const goodLogs: Record<string, string>[] = [
    {},
    { 'max-size': '10m', 'max-undelivered': '1g' },
    { 'max-size': '-1', 'max-file': '3', tag: 'x' },
    { compress: 'true' },
  ];
  for (const options of goodLogs)
    it(`takes the log options ${JSON.stringify(options)}`, () =>
      assert.doesNotThrow(() => checkLogOptions(options)));

  const badLogs: Record<string, string>[] = [
    { 'max-size': '0' },
    { 'max-size': '10 cats' },
    { 'max-file': '0' },
    { 'max-file': '1.5' },
    { 'max-undelivered': '-1' },
    { compress: 'yes' },
  ];
  for (const options of badLogs)
    it(`refuses the log options ${JSON.stringify(options)}`, () =>
      assert.throws(() => checkLogOptions(options), refused));

  it('refuses options of no log', () => {
    assert.throws(() => checkLogOptions({ 'max-size': '1m' }, 'none'), refused);
    assert.doesNotThrow(() => checkLogOptions({}, 'none'));
  });

  for (const options of [
    [],
    ['size=64m', 'mode=1777', 'noexec'],
    ['size=50%', 'uid=1000'],
    ['huge=never', 'ro'],
  ])
    it(`takes the tmpfs options ${options.join()}`, () =>
      assert.doesNotThrow(() => checkTmpfsOptions('volumes[0]', '/x', options)));

  for (const option of ['size', 'size=', 'size=-1', 'mode=999', 'ro=1', 'bind', 'uid=root', 'x=y'])
    it(`refuses the tmpfs option ${option}`, () =>
      assert.throws(() => checkTmpfsOptions('volumes[0]', '/x', [option]), refused));

  it('takes all of the host’s CPUs, and no more', () => {
    checkCpus({ nanoCpus: cpus().length * 1e9, cpusetCpus: '0', cpusetMems: '0' });
    assert.throws(() => checkCpus({ nanoCpus: (cpus().length + 1) * 1e9 }), refused);
  });

  for (const set of ['99999', '0-99999', '1-0', '0,', 'a', '-1', '0--1'])
    it(`refuses the CPU set ${set}`, () => assert.throws(() => checkCpus({ cpusetCpus: set }), refused));
});
