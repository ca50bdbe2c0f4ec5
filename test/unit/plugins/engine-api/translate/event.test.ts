import assert from 'node:assert/strict';
import type { EngineEvent } from '../../../../../hooks/index.ts';
import { eventFilter, eventLine } from '../../../../../plugins/engine-api/translate/event.ts';

const die: EngineEvent = {
  type: 'container',
  action: 'die',
  id: 'c0ffee'.repeat(10),
  attributes: { name: 'web', image: 'busybox', exitCode: '0', tier: 'front' },
  timeNano: 1_715_000_000_123_456_789n,
};

describe('events in Docker’s form', () => {
  it('keeps all digits of the time', () => {
    const line = eventLine(die);
    assert.match(line, /"timeNano":1715000000123456789\}\n$/);
    const seen = JSON.parse(line) as Record<string, unknown>;
    assert.equal(seen['time'], 1_715_000_000);
    assert.equal(seen['status'], 'die');
    assert.equal(seen['from'], 'busybox');
  });

  const filters: [Record<string, string[]>, boolean][] = [
    [{}, true],
    [{ container: ['web'] }, true],
    [{ container: ['c0ffee'] }, true],
    [{ container: ['db'] }, false],
    [{ event: ['start', 'die'] }, true],
    [{ event: ['start'] }, false],
    [{ type: ['image'] }, false],
    [{ label: ['tier=front', 'name'] }, true],
    [{ label: ['tier=front', 'missing'] }, false],
    [{ image: ['busybox'], event: ['die'] }, true],
  ];
  for (const [filter, kept] of filters)
    it(`${JSON.stringify(filter)} ${kept ? 'keeps' : 'drops'} it`, () =>
      assert.equal(eventFilter(filter)(die), kept));

  it('knows an image by each form of its name, and by its name without the tag', () => {
    const reference = 'docker.io/library/busybox:two';
    const started = { ...die, attributes: { ...die.attributes, image: reference } };
    const tagged = {
      ...die,
      type: 'image',
      action: 'tag',
      id: 'sha256:0',
      attributes: { name: reference },
    } as const;
    for (const event of [started, tagged])
      for (const [image, kept] of [
        ['busybox', true],
        ['busybox:two', true],
        [reference, true],
        ['busybox:1', false],
      ] as const)
        assert.equal(eventFilter({ image: [image] })(event), kept, `${event.type} ${image}`);
    const shown = JSON.parse(eventLine(tagged)) as { Actor: object };
    assert.deepEqual(shown.Actor, { ID: 'sha256:0', Attributes: { name: 'busybox:two' } });
  });

  it('reports an unknown filter', () =>
    assert.throws(() => eventFilter({ color: ['red'] }), /invalid filter/));
});
