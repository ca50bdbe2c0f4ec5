import assert from 'node:assert/strict';
import { KeeperLink } from '../../../../core/io/KeeperLink.ts';
import { silent } from '../../../support/apiServer.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

describe('the link to the log keeper', () => {
  const directory = temporaryDirectory();

  // A container that ended beside the daemon held up the daemon's end for ten seconds.
  it('rejects calls at once when it is stopped, also those that wait for a keeper', async () => {
    const link = new KeeperLink({
      ioDir: directory.path,
      command: ['/bin/false'],
      log: silent,
      onEvent: () => {},
      onConnected: async () => {},
    });
    const waiting = assert.rejects(link.call({ op: 'list' }), { code: 'PCH_CANCELLED' });
    await link.stop({ keeper: false });
    await waiting;
    await assert.rejects(link.call({ op: 'list' }), { code: 'PCH_CANCELLED' });
  });
});
