import assert from 'node:assert/strict';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { SynchronizeRequest, SynchronizeResponse } from '../../../../plugins/nri/gen/nri.ts';
import { synchronize } from '../../../../plugins/nri/session/synchronize.ts';
import type { TtrpcClient } from '../../../../plugins/nri/wire/TtrpcClient.ts';
import { longestMessage } from '../../../../plugins/nri/wire/ttrpcFrame.ts';
import { makeDraft } from '../../core/plugins/support/draft.ts';

const state = {
  status: 'running',
  pid: 1,
  exitCode: 0,
  oomKilled: false,
  error: '',
  startedAt: '',
  finishedAt: '',
};

/** Containers of a MiB each, as labels are in the pod and in the container. */
function records(count: number): ContainerRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const draft = makeDraft({ id: String(index), labels: { large: 'x'.repeat(2 ** 19) } });
    return { draft, state, createdAt: '' } as unknown as ContainerRecord;
  });
}

function plugin(takesMore: boolean): {
  client: TtrpcClient;
  messages: { size: number; request: SynchronizeRequest }[];
} {
  const messages: { size: number; request: SynchronizeRequest }[] = [];
  const client = {
    async call({ payload }: { payload: Uint8Array }) {
      const request = SynchronizeRequest.decode(payload);
      messages.push({ size: payload.length, request });
      const update = request.more ? [] : [{ containerId: 'last' }];
      return SynchronizeResponse.encode(
        SynchronizeResponse.fromPartial({ more: takesMore && request.more, update }),
      ).finish();
    },
  };
  return { client: client as unknown as TtrpcClient, messages };
}

describe('the containers that an NRI plugin gets', () => {
  it('are one message without any, and if they fit', async () => {
    for (const count of [0, 2]) {
      const { client, messages } = plugin(false);
      assert.equal((await synchronize(client, records(count), 1_000)).length, 1);
      assert.deepEqual(
        messages.map(({ request }) => [request.containers.length, request.more]),
        [[count, false]],
      );
    }
  });

  it('are several messages that ttRPC carries, all but the last with `more`', async () => {
    const { client, messages } = plugin(true);
    await synchronize(client, records(7), 1_000);
    assert.deepEqual(
      messages.map(({ request }) => request.more),
      [true, true, false],
    );
    assert.ok(messages.every(({ size }) => size < longestMessage));
    const ids = messages.flatMap(({ request }) => request.containers.map(({ id }) => id));
    assert.deepEqual(ids, ['0', '1', '2', '3', '4', '5', '6']);
  });

  it('are not cut short for a plugin that takes one message', async () => {
    await assert.rejects(synchronize(plugin(false).client, records(5), 1_000), {
      code: 'PCH_NRI_REFUSED',
      message: /takes a single message/,
    });
  });
});
