import assert from 'node:assert/strict';
import {
  familiarReference,
  isDigest,
  normalizeReference,
  parseReference,
  repositoryOf,
} from '../../../../../core/images/content/reference.ts';
import { PouchError } from '../../../../../hooks/errors.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('image references', () => {
  const full: Record<string, string> = {
    debian: 'docker.io/library/debian:latest',
    'debian:bookworm': 'docker.io/library/debian:bookworm',
    'team/app': 'docker.io/team/app:latest',
    'docker.io/debian': 'docker.io/library/debian:latest',
    'index.docker.io/debian:1': 'docker.io/library/debian:1',
    'localhost/app': 'localhost/app:latest',
    'localhost:5000/app:1': 'localhost:5000/app:1',
    '127.0.0.1:5000/a/b/c:1.2_x-y': '127.0.0.1:5000/a/b/c:1.2_x-y',
    '[::1]:5000/app': '[::1]:5000/app:latest',
    'registry.example.org/app': 'registry.example.org/app:latest',
    'Registry/app': 'Registry/app:latest',
    'host/app': 'docker.io/host/app:latest',
    [`debian@${digest}`]: `docker.io/library/debian@${digest}`,
    [`debian:bookworm@${digest}`]: `docker.io/library/debian@${digest}`,
    'a__b/c--d/e.f_g': 'docker.io/a__b/c--d/e.f_g:latest',
  };
  for (const [text, expected] of Object.entries(full)) {
    it(`reads ${text} as ${expected}`, () => assert.equal(normalizeReference(text), expected));
  }

  it('uses the default registry for names without one', () => {
    assert.equal(normalizeReference('app:1', 'registry.example.org'), 'registry.example.org/app:1');
    assert.equal(normalizeReference('docker.io/app', 'registry.example.org'), 'docker.io/library/app:latest');
  });

  const invalid = [
    '',
    ':tag',
    'UPPER',
    'a//b',
    '/a',
    'a/',
    'a:',
    'a:-x',
    `a:${'x'.repeat(129)}`,
    'a@sha256:12',
    `a@${digest}@${digest}`,
    'a@md5:d41d8cd98f00b204e9800998ecf8427e',
    'a b',
    'a/../b',
    'a\nb',
    'host:99999/app',
    'host:0/app',
    '-host.example/app',
    `a/${'b'.repeat(260)}`,
    'a'.repeat(64),
    'http://registry.example.org/app',
    '../app',
    'a___b',
    'a..b',
  ];
  for (const text of invalid) {
    it(`rejects ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(
        () => parseReference(text),
        (error) =>
          error instanceof PouchError && error.code === 'PCH_REFERENCE_INVALID' && Boolean(error.hint),
      );
    });
  }

  it('shortens a name to its familiar form', () => {
    assert.equal(familiarReference('docker.io/library/debian:12'), 'debian:12');
    assert.equal(familiarReference('docker.io/team/app:1'), 'team/app:1');
    assert.equal(familiarReference('127.0.0.1:5000/app:1'), '127.0.0.1:5000/app:1');
  });

  it('returns the repository of a full name', () => {
    assert.equal(repositoryOf('127.0.0.1:5000/app:1'), '127.0.0.1:5000/app');
    assert.equal(repositoryOf(`127.0.0.1:5000/app@${digest}`), '127.0.0.1:5000/app');
  });

  it('accepts only digests that containerd verifies', () => {
    assert.ok(isDigest(digest));
    assert.ok(!isDigest(`sha256:${'A'.repeat(64)}`));
    assert.ok(!isDigest(`${digest}0`));
  });
});
