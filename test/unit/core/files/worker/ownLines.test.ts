import assert from 'node:assert/strict';
import { ownLines } from '../../../../../core/files/worker/ownLines.ts';

describe('lines of Pouch in a file of a container', () => {
  const block = (text: string) => `# Written by Pouch at each start:\n${text}# End of the lines of Pouch\n`;
  const lines = (found: string | undefined, first = false, content = 'new\n') =>
    ownLines({ content, own: 'lines' }, found, first);

  it('are put before those of the image', () => {
    assert.equal(lines('10.0.0.9 db\n', true), `${block('new\n')}10.0.0.9 db\n`);
    assert.equal(lines(undefined, true), block('new\n'));
  });

  it('are replaced where they are, and nothing else', () => {
    const found = `before\n${block('old\nolder\n')}after\xff\n`;
    assert.equal(lines(found), `before\n${block('new\n')}after\xff\n`);
  });

  it('are the first comment alone where the last one is gone', () => {
    assert.equal(lines('# Written by Pouch at each start:\nkept\n'), `${block('new\n')}kept\n`);
  });

  it('are not taken for a part of another line', () => {
    const found = 'x # Written by Pouch at each start:\n';
    assert.equal(lines(found), `${block('new\n')}${found}`);
  });

  it('begin afresh, and then leave a file without them alone', () => {
    const fresh = (found: string | undefined, first: boolean) =>
      ownLines({ content: 'new\n', own: 'freshLines' }, found, first);
    assert.equal(fresh('of the image\n', true), block('new\n'));
    assert.equal(fresh('of its user\n', false), undefined);
    assert.equal(fresh(`${block('old\n')}of its user\n`, false), `${block('new\n')}of its user\n`);
    assert.equal(fresh(undefined, false), block('new\n'));
  });

  it('are the whole file once', () => {
    const once = (found: string | undefined, first: boolean) =>
      ownLines({ content: 'box\n', own: 'once' }, found, first);
    assert.equal(once('image\n', true), 'box\n');
    assert.equal(once('renamed\n', false), undefined);
    assert.equal(once(undefined, false), 'box\n');
  });
});
