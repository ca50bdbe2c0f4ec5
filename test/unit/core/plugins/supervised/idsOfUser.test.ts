import assert from 'node:assert/strict';
import { idsOfUser } from '../../../../../core/plugins/supervised/idsOfUser.ts';

describe('the ids of a user', () => {
  it('are found by a name and a number', async () => {
    assert.deepEqual(await idsOfUser('root'), { uid: 0, gid: 0 });
    const nobody = await idsOfUser('nobody');
    assert.ok(nobody.uid > 0 && nobody.gid > 0);
    assert.deepEqual(await idsOfUser(String(nobody.uid)), nobody);
  });

  it('of one that does not exist are an error', async () => {
    await assert.rejects(idsOfUser('nosuchuser'), /nosuchuser/);
    await assert.rejects(idsOfUser('--help'), /--help/);
  });
});
