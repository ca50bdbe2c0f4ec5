import assert from 'node:assert/strict';
import { manual } from '../../../../scripts/package/manual/index.ts';
import { bold, escape, inline, writePage } from '../../../../scripts/package/manual/roff.ts';

const edition = { version: '1.2.3', date: new Date('2026-11-28T12:00:00Z') };

describe('the manual', () => {
  let pages: Record<string, string> = {};

  before(async () => {
    pages = await manual(edition, 'Usage: pouchd\n\nRuns containers.\n\n  --root DIR  Override root\n');
  });

  it('has a page for each command, below its parent, and for the daemon and its configuration', () => {
    for (const path of ['man1/pouch.1', 'man1/pouch-run.1', 'man1/pouch-image-ls.1', 'man8/pouchd.8'])
      assert.ok(path in pages, path);
    assert.match(pages['man1/pouch-run.1']!, /^\.TP\n\\fB\\-e, \\-\\-env /m);
    assert.match(pages['man1/pouch-image.1']!, /^\\fBpouch\\-image\\-ls\\fR\(1\)$/m);
    assert.match(pages['man8/pouchd.8']!, /^\.SH OPTIONS\n\.TP\n\\fB\\-\\-root DIR\\fR\nOverride root\.$/m);
    assert.match(pages['man5/pouchd.yaml.5']!, /^\.TP\n\\fBsocketGroup\\fR\n/m);
  });

  it('depends on its edition only', async () => {
    assert.match(pages['man1/pouch.1']!, /^\.TH "POUCH" "1" "2026\\-11\\-28" "Pouch 1\.2\.3" "Pouch"\n/);
  });

  it('has no line that begins with a control character by accident', () => {
    const request = /^\.(TH|SH|TP|PP|br|nh|ad l)\b/;
    for (const [path, text] of Object.entries(pages))
      for (const line of text.split('\n'))
        assert.ok(!/^[.']/.test(line) || request.test(line), `${path}: ${line}`);
  });
});

describe('roff', () => {
  const cases: [string, string, string][] = [
    ['a backslash and a dash', escape('a\\b -c'), 'a\\(rsb \\-c'],
    ['control characters', escape(".x\n'y"), '\\&.x\n\\(aqy'],
    ['code, strong text and links', inline('`a-b` **c** [d](e.md)'), '\\fBa\\-b\\fR \\fBc\\fR d'],
    ['bold text', bold('~'), '\\fB\\(ti\\fR'],
  ];
  for (const [name, found, expected] of cases) it(`writes ${name}`, () => assert.equal(found, expected));

  it('writes a page', () => {
    const page = { name: 'x', section: 1, summary: 'do x', sections: [['DESCRIPTION', 'Text.']] as const };
    assert.equal(
      writePage(page, edition),
      '.TH "X" "1" "2026\\-11\\-28" "Pouch 1.2.3" "Pouch"\n.nh\n.ad l\n.SH NAME\nx \\- do x\n.SH DESCRIPTION\nText.\n',
    );
  });
});
