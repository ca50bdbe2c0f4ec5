import assert from 'node:assert/strict';
import { readSolveRequest, sessionRequest } from '../../../../plugins/build-buildkit/solveRequest.ts';
import { encode, mapFields, Message } from '../../../../plugins/build-buildkit/wire.ts';

const policy = encode([[1, 1]]);

/** Of buildx, for `docker buildx build -t shop:1`. */
function ofBuildx(
  type: string,
  attrs: Record<string, string>,
  frontend: Record<string, string> = {},
): Buffer {
  return encode([
    [1, 'ref'],
    [3, type],
    ...mapFields(4, attrs),
    [5, 'session'],
    ...mapFields(7, frontend),
    [9, 'an entitlement'],
    [13, encode([[1, type], ...mapFields(2, attrs)])],
  ]);
}

describe('a SolveRequest of a client', () => {
  it('exports an image for the engine to the content store', () => {
    const read = readSolveRequest(ofBuildx('moby', { name: 'shop:1,shop:2', attest: 'x' }), policy);
    const { names, ref, session } = read;
    assert.deepEqual(
      { names, ref, session },
      { names: ['shop:1', 'shop:2'], ref: 'ref', session: 'session' },
    );
    const sent = new Message(read.request);
    const attrs = { attest: 'x', 'oci-mediatypes': 'false', compression: 'uncompressed' };
    assert.equal(sent.text(3), 'image');
    assert.deepEqual(sent.map(4), attrs);
    const [exporter, ...others] = sent.all(13).map((one) => new Message(one));
    assert.deepEqual(others, []);
    assert.equal(exporter?.text(1), 'image');
    assert.deepEqual(exporter?.map(2), attrs);
    assert.deepEqual(Buffer.from(sent.bytes(12)), policy);
    assert.equal(sent.text(9), 'an entitlement');
  });

  it('stays as it is for files of the client', () => {
    const bytes = ofBuildx('local', {});
    const { request, names } = readSolveRequest(bytes, policy);
    assert.equal(names, undefined);
    assert.deepEqual(new Message(request).without([12]), bytes);
  });

  it('does not replace images with --pull, nor with a policy of the client', () => {
    const pulls = readSolveRequest(ofBuildx('moby', {}, { 'image-resolve-mode': 'pull' }), policy);
    assert.deepEqual(new Message(pulls.request).all(12), []);
    const own = encode([[1, 2]]);
    const given = readSolveRequest(Buffer.concat([ofBuildx('moby', {}), encode([[12, own]])]), policy);
    assert.deepEqual(
      new Message(given.request).all(12).map((one) => Buffer.from(one)),
      [own],
    );
  });
});

describe('the SolveRequest of POST /build?version=2', () => {
  const build = {
    session: 'session',
    id: 'id',
    buildArgs: { A: 'b' },
    labels: { l: '1' },
    extraHosts: { db: '10.0.0.1' },
    noCache: true,
    pull: false,
    wishes: { network: 'none', limits: { shmSize: 1024 } },
    cacheFrom: ['cache:1', 'cache:2'],
    names: [],
    signal: new AbortController().signal,
    trace: () => undefined,
  };

  it('has the options for the frontend', () => {
    const sent = new Message(sessionRequest({ ...build, dockerfile: 'Own', target: 'one' }, 'ref', policy));
    assert.deepEqual(sent.map(7), {
      filename: 'Own',
      target: 'one',
      'no-cache': '',
      'image-resolve-mode': 'default',
      'cache-from': 'cache:1,cache:2',
      'force-network-mode': 'none',
      'add-hosts': 'db=10.0.0.1',
      'shm-size': '1024',
      'build-arg:A': 'b',
      'label:l': '1',
    });
    assert.equal(sent.text(5), 'session');
  });
});
