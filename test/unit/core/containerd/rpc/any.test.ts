import assert from 'node:assert/strict';
import { packOci } from '../../../../../core/containerd/rpc/any.ts';

describe('an OCI spec for containerd', () => {
  const text = (value: object) => Buffer.from(packOci('spec', value).value).toString();

  it('has unlimited limits as the largest number, which JavaScript cannot hold', () =>
    assert.equal(
      text({
        process: {
          rlimits: [
            { type: 'RLIMIT_CORE', soft: -1, hard: -1 },
            { soft: 1, hard: -1 },
          ],
        },
      }),
      '{"process":{"rlimits":[{"type":"RLIMIT_CORE","soft":18446744073709551615,"hard":18446744073709551615},' +
        '{"soft":1,"hard":18446744073709551615}]}}',
    ));

  it('keeps texts that look like limits', () => {
    const process = { args: ['{"soft":-1}'] };
    assert.deepEqual(JSON.parse(text({ process })), { process });
  });
});
