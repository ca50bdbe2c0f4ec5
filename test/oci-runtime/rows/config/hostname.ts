import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { withoutNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';
import { see } from '../../support/see.ts';

/** config.md, Hostname and Domainname. */
export const hostnameRows = [
  ...section('config.md#hostname', [
    {
      must: 'hostname is the container’s hostname',
      spec: (spec) => (spec.hostname = 'rich'),
      sh: 'hostname',
      prints: 'rich',
    },
    {
      must: 'hostname does not change the host’s',
      spec: (spec) => (spec.hostname = 'rich'),
      test: async (c) => {
        assert.equal(await see(c, 'hostname'), 'rich');
        assert.notEqual(readFileSync('/proc/sys/kernel/hostname', 'utf8').trim(), 'rich');
      },
    },
    {
      must: 'hostname without the container’s own uts namespace is refused',
      spec: (spec) => {
        withoutNamespace(spec, 'uts');
        spec.hostname = 'rich';
      },
      refused: /uts|hostname/i,
    },
  ]),
  ...section('config.md#domainname', [
    {
      must: 'domainname is the container’s domain name',
      spec: (spec) => (spec.domainname = 'example.org'),
      sh: 'cat /proc/sys/kernel/domainname',
      prints: 'example.org',
    },
    {
      must: 'domainname without the container’s own uts namespace is refused',
      spec: (spec) => {
        withoutNamespace(spec, 'uts');
        spec.domainname = 'example.org';
      },
      refused: /uts|domainname/i,
    },
  ]),
];
