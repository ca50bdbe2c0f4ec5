import assert from 'node:assert/strict';
import { loopbackServersIn, nameServersIn, withResolver } from '../../../../core/dns/resolvConf.ts';

describe('/etc/resolv.conf with the resolver', () => {
  it('keeps domains and options, and has one name server', () => {
    const text =
      '# by the host\nnameserver 9.9.9.9\nsearch a.example b.example\noptions edns0 timeout:1\nnameserver ::2\n';
    assert.equal(
      withResolver(text),
      'search a.example b.example\nnameserver 127.0.0.11\noptions edns0 timeout:1 ndots:0\n',
    );
  });

  it('keeps an ndots that somebody has chosen', () => {
    assert.equal(withResolver('options ndots:3\n'), 'nameserver 127.0.0.11\noptions ndots:3\n');
  });

  it('names the servers that are asked for the rest', () => {
    const text =
      'nameserver 9.9.9.9\n  nameserver  2001:db8::1\nnameserver fe80::1%eth0\nnameserver evil\n#nameserver 1.1.1.1';
    assert.deepEqual(nameServersIn(text), ['9.9.9.9', '2001:db8::1']);
    assert.deepEqual(loopbackServersIn('nameserver 127.0.0.53\nnameserver 9.9.9.9\nnameserver ::1'), [
      '127.0.0.53',
      '::1',
    ]);
  });
});
