import assert from 'node:assert/strict';
import { isServiceName, parseServices } from '../../../../../core/lifecycle/services/parseServices.ts';

describe('what the command of a rich mode prints for its services', () => {
  it('is one service per line, sorted by name', () => {
    assert.deepEqual(
      parseServices('ssh running enabled 12 1700000000 OpenBSD  Secure Shell\ncron stopped disabled - -\n'),
      [
        { name: 'cron', state: 'stopped', enabled: 'disabled' },
        {
          name: 'ssh',
          state: 'running',
          enabled: 'enabled',
          pid: 12,
          since: '2023-11-14T22:13:20.000Z',
          description: 'OpenBSD Secure Shell',
        },
      ],
    );
  });

  it('has times of RFC 3339, too, and leaves out other ones', () => {
    const since = (text: string) => parseServices(`a failed static 0 ${text}`)[0]!.since;
    assert.equal(since('2026-11-28T04:01:31Z'), '2026-11-28T04:01:31.000Z');
    for (const text of ['yesterday', '0', '2026-11-28', '99999999999', '2026-13-45T99:99:99Z'])
      assert.equal(since(text), undefined, text);
  });

  it('is not trusted: other lines are left out, control characters too, and lengths and their number are limited', () => {
    assert.deepEqual(parseServices('noise\na dancing enabled\n-x running enabled\n../x running enabled'), []);
    const [one] = parseServices(`a running maybe 1e9 x \u001b[2J${'y'.repeat(1000)}`);
    assert.deepEqual([one!.enabled, one!.pid, one!.description!.length], ['unknown', undefined, 200]);
    assert.doesNotMatch(one!.description!, /\u001b/);
    const many = Array.from({ length: 5000 }, (_, n) => `s${n} running enabled`).join('\n');
    assert.equal(parseServices(many).length, 2000);
  });

  it('names of services have no characters that a shell or an option would take', () => {
    for (const name of ['ssh', 'getty@tty1', 'dev-disk-by\\x2dlabel', 'a:b.c_d'])
      assert.ok(isServiceName(name), name);
    for (const name of ['', '-f', 'a b', 'a/b', '$(x)', "a'b", 'a\nb', '*', 'x'.repeat(256)])
      assert.ok(!isServiceName(name), name);
  });
});
