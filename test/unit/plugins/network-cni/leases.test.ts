import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import {
  checkUnleased,
  freeAddresses,
  holdAddress,
  settleLeases,
} from '../../../../plugins/network-cni/leases.ts';
import { record } from '../../core/record.ts';
import { temporaryDirectory } from '../../core/temporaryDirectory.ts';

describe('leases of addresses, after damage', () => {
  const directory = temporaryDirectory();
  const id = (digits: string) => digits.repeat(32);
  const ports: never[] = [];
  const having = (digits: string, ip: string, pid = process.pid): ContainerRecord =>
    record({
      id: id(digits),
      state: { status: 'running', pid },
      attachments: { 'network.eth0': { network: 'bridge', interface: 'eth0', ip, ports } },
    });
  const stopped = (digits: string) => record({ id: id(digits) });
  const lease = (ip: string, content: string) => writeFileSync(join(directory.path, ip), content);
  const leases = () =>
    Object.fromEntries(
      readdirSync(directory.path)
        .filter((name) => name !== 'last_reserved_ip.0')
        .map((ip) => [ip, readFileSync(join(directory.path, ip), 'utf8').slice(0, 2)]),
    );

  beforeEach(() => {
    lease('10.0.0.2', `${id('aa')}\r\neth0`);
    lease('10.0.0.3', 'garbage');
    lease('10.0.0.4', '');
    lease('10.0.0.5', `${id('ee')}\r\neth0`);
    lease('last_reserved_ip.0', '10.0.0.5');
  });

  it('an address of a container is leased to it again, and others are freed', async () => {
    await settleLeases(directory.path, [
      having('aa', '10.0.0.2'),
      having('bb', '10.0.0.3'),
      having('cc', '10.0.0.9'),
    ]);
    assert.deepEqual(leases(), { '10.0.0.2': 'aa', '10.0.0.3': 'bb', '10.0.0.9': 'cc' });
  });

  it('the address of an exited container is not leased again: its clean-up frees it', async () => {
    const ended = 2 ** 30;
    await settleLeases(directory.path, [having('aa', '10.0.0.2', ended), having('cc', '10.0.0.9', ended)]);
    assert.deepEqual(leases(), { '10.0.0.2': 'aa' });
  });

  it('a lease of a container without an address is kept: the container may be starting', async () => {
    await settleLeases(directory.path, [stopped('aa'), stopped('ee')]);
    assert.deepEqual(leases(), { '10.0.0.2': 'aa', '10.0.0.5': 'ee' });
  });

  it('no lease is freed while a damaged container may have any address', async () => {
    const damage = { path: '', problem: '', hint: '', usesUnknown: false };
    await settleLeases(directory.path, [{ ...stopped('dd'), damage }]);
    assert.deepEqual(leases(), { '10.0.0.2': 'aa', '10.0.0.3': 'ga', '10.0.0.4': '', '10.0.0.5': 'ee' });
  });

  it('an address is free unless another container has it', async () => {
    lease('10.0.0.9', `${id('aa')}\r\neth0`);
    await checkUnleased(directory.path, '10.0.0.10', id('bb'));
    await checkUnleased(directory.path, '10.0.0.9', id('aa'));
    await assert.rejects(checkUnleased(directory.path, '10.0.0.9', id('bb')), {
      code: 'PCH_OPTION_INVALID',
      field: 'network.ip',
      message: /the address 10\.0\.0\.9 is in use by the container aaaaaaaaaaaa/,
    });
  });
});

describe('an address that a container keeps', () => {
  const directory = temporaryDirectory();
  const id = (digits: string) => digits.repeat(32);
  const hold = (digits: string, ip?: string, subnet = '10.0.0.0/29') =>
    holdAddress(directory.path, subnet, { container: id(digits), ip });

  it('is the next free one after the last that host-local has leased', async () => {
    writeFileSync(join(directory.path, 'last_reserved_ip.0'), '10.0.0.3');
    writeFileSync(join(directory.path, '10.0.0.4'), `${id('aa')}\r\neth0`);
    assert.equal(await hold('bb'), '10.0.0.5');
    assert.equal(await hold('cc'), '10.0.0.6');
    assert.equal(await hold('dd'), '10.0.0.2');
  });

  it('stays the same, also where its lease was lost', async () => {
    assert.equal(await hold('bb'), '10.0.0.2');
    assert.equal(await hold('bb'), '10.0.0.2');
    await freeAddresses(directory.path, id('bb'));
    assert.equal(await hold('bb', '10.0.0.2'), '10.0.0.2');
  });

  it('is refused with the container that has it now', async () => {
    await hold('aa', '10.0.0.2');
    await assert.rejects(hold('bb', '10.0.0.2'), {
      code: 'PCH_ADDRESS_TAKEN',
      message: /expected 10\.0\.0\.2, .* found it leased to the container aaaaaaaaaaaa/,
      hint: /stop the container aaaaaaaaaaaa/,
    });
  });

  it('is refused where none is free', async () => {
    for (const digits of ['aa', 'bb', 'cc', 'dd', 'ee']) await hold(digits);
    await assert.rejects(hold('ff'), {
      code: 'PCH_ADDRESS_TAKEN',
      message: /free address of 10\.0\.0\.0\/29/,
    });
  });

  it('is free again after its removal alone', async () => {
    await hold('aa');
    await hold('bb');
    await freeAddresses(directory.path, id('aa'));
    assert.equal(await hold('bb'), '10.0.0.3');
    assert.equal(await hold('cc', '10.0.0.2'), '10.0.0.2');
  });
});
