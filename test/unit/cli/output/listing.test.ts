import assert from 'node:assert/strict';
import { printListing } from '../../../../cli/output/listing.ts';
import type { ListingFlags } from '../../../../cli/output/listing.ts';
import { Session } from '../../../../cli/Session.ts';
import { fakeTerminal } from '../support/fakeTerminal.ts';

const listing = {
  columns: [
    ['ID', 'ID'],
    ['STATUS', 'Status'],
  ] as [string, string][],
  rows: [
    { ID: 'a', Status: 'Up 5 minutes', Names: 'web' },
    { ID: 'bcd', Status: '', Names: 'db' },
  ],
  key: 'ID',
};

function print(flags: ListingFlags, rows = listing.rows): string {
  const { terminal, out } = fakeTerminal();
  printListing(new Session(terminal), { ...listing, rows }, flags);
  return out();
}

describe('listings', () => {
  const cases: [flags: ListingFlags, text: string][] = [
    [{}, 'ID    STATUS\na     Up 5 minutes\nbcd\n'],
    [{ quiet: true }, 'a\nbcd\n'],
    [{ format: 'json' }, listing.rows.map((row) => `${JSON.stringify(row)}\n`).join('')],
    [{ format: '{{.ID}}={{.Names}}' }, 'a=web\nbcd=db\n'],
    [{ format: 'table {{.Names}}\\t{{.ID}}' }, 'NAMES   ID\nweb     a\ndb      bcd\n'],
    [{ format: 'table' }, 'ID    STATUS\na     Up 5 minutes\nbcd\n'],
  ];
  for (const [flags, text] of cases) it(JSON.stringify(flags), () => assert.equal(print(flags), text));

  it('report the available fields for an unknown field in a template', () => {
    const message = '--format: expected one of ID, Status, Names, found "Bogus"';
    assert.throws(() => print({ format: '{{.ID}} {{.Bogus}}' }), { code: 'PCH_OPTION_INVALID', message });
    assert.equal(print({ format: '{{json .}}' }), print({ format: 'json' }));
  });

  it('print only headings for an empty list', () => {
    assert.equal(print({}, []), 'ID   STATUS\n');
    assert.equal(print({ quiet: true }, []), '');
    assert.equal(print({ format: 'json' }, []), '');
  });
});
