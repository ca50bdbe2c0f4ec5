import assert from 'node:assert/strict';
import { endpointsOf, isLoopback } from '../../../../../core/images/registry/endpoints.ts';

const config = {
  mirrors: {},
  plainHttp: [],
  insecureTls: [],
  certificates: {},
  certificatesDirectory: '/nonexistent',
};

describe('endpoints of a registry', () => {
  it('use Docker Hub’s real host with the credentials of docker.io', () => {
    const [hub] = endpointsOf('docker.io', config);
    assert.equal(hub?.base.href, 'https://registry-1.docker.io/');
    assert.equal(hub.host, 'docker.io');
  });

  it('use verified HTTPS, unless configured or on loopback', () => {
    const schemes = (domain: string, extra = {}) =>
      endpointsOf(domain, { ...config, ...extra }).map(
        ({ base, verifyTls }) => `${base.protocol} ${verifyTls}`,
      );
    assert.deepEqual(schemes('registry.example.org'), ['https: true']);
    assert.deepEqual(schemes('10.0.0.1:5000'), ['https: true']);
    assert.deepEqual(schemes('10.0.0.1:5000', { plainHttp: ['10.0.0.1:5000'] }), ['http: true']);
    assert.deepEqual(schemes('r.example.org', { insecureTls: ['r.example.org'] }), ['https: false']);
    assert.deepEqual(schemes('127.0.0.1:5000'), ['http: true']);
    assert.deepEqual(schemes('localhost:5000', { insecureTls: ['localhost:5000'] }), ['https: false']);
    const certificates = { 'localhost:5000': { ca: '/ca.pem' } };
    assert.deepEqual(schemes('localhost:5000', { certificates }), ['https: true']);
    assert.deepEqual(schemes('localhost:5001', { certificates }), ['http: true']);
  });

  it('have mirrors first, in order, also below a path', () => {
    const mirrors = { 'docker.io': ['https://a.example.org/hub', 'http://b.example.org'] };
    const bases = endpointsOf('docker.io', { ...config, mirrors }).map(
      ({ base, mirror }) => `${base.href} ${mirror}`,
    );
    assert.deepEqual(bases, [
      'https://a.example.org/hub/ true',
      'http://b.example.org/ true',
      'https://registry-1.docker.io/ false',
    ]);
  });

  it('distinguish loopback from similar names', () => {
    for (const host of ['localhost', 'localhost:5000', '127.0.0.1', '127.1.2.3:80', '[::1]:5000'])
      assert.ok(isLoopback(host), host);
    for (const host of ['127.0.0.1.example.org', 'localhost.example.org', '10.0.0.1', '128.0.0.1'])
      assert.ok(!isLoopback(host), host);
  });
});
