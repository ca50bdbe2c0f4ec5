import assert from 'node:assert/strict';
import { parseChallenges } from '../../../../../core/images/registry/challenge.ts';

const bearer = {
  realm: 'https://auth.example.org/token',
  service: 'registry.example.org',
  scope: 'repository:a:pull,push',
};

describe('challenges of a registry', () => {
  const headers: Record<string, ReturnType<typeof parseChallenges>> = {
    'Bearer realm="https://auth.example.org/token",service="registry.example.org",scope="repository:a:pull,push"':
      [{ scheme: 'bearer', parameters: bearer }],
    'bearer Realm="https://auth.example.org/token" , SERVICE=registry.example.org, scope="repository:a:pull,push"':
      [{ scheme: 'bearer', parameters: bearer }],
    'Basic realm="a \\"quoted\\" name"': [{ scheme: 'basic', parameters: { realm: 'a "quoted" name' } }],
    'Negotiate, Basic realm="x", Bearer realm="y"': [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
      { scheme: 'bearer', parameters: { realm: 'y' } },
    ],
    '': [],
    '"""': [],
  };
  for (const [header, expected] of Object.entries(headers)) {
    it(`reads ${header || 'nothing'}`, () => assert.deepEqual(parseChallenges(header), expected));
  }

  it('stops at a header that is too long or malformed', () => {
    assert.ok(parseChallenges(`Basic realm="${'x'.repeat(100_000)}"`).length <= 1);
    assert.ok(Array.isArray(parseChallenges('Basic ='.repeat(5000))));
  });
});
