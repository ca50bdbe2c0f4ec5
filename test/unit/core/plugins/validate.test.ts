import assert from 'node:assert/strict';
import { Ajv } from 'ajv';
import { checkDraft } from '../../../../core/plugins/draft/validate.ts';
import { ContainerDraft } from '../../../../hooks/draft.ts';
import { requested } from '../plan/support.ts';

/** JSON Schema's own word on a draft; the daemon asks a faster check first. */
const isRight = new Ajv({ strict: false, strictNumbers: true }).compile(ContainerDraft);

const strange = [undefined, null, true, 0, -1, 1.5, Number.NaN, '', 'text', [], [null], {}, { strange: 1 }];

describe('the form of a draft', () => {
  const full = async () => {
    const draft = await requested({
      env: { A: '1' },
      resources: { memory: 1 << 26 },
      devices: [{ host: '/dev/null', access: 'rw' }],
      volumes: [{ kind: 'tmpfs', destination: '/t' }],
      labels: { a: 'b' },
      sysctls: { 'net.ipv4.ip_forward': '1' },
    });
    const rootfs = { type: 'layers' as const, diff_ids: [] };
    Object.assign(draft.image.config, { architecture: 'amd64', os: 'linux', rootfs });
    return draft;
  };

  it('is right as it is made', async () => {
    const draft = await full();
    assert.ok(isRight(draft), JSON.stringify(isRight.errors));
    checkDraft(draft, [{ path: [] }] as never, ContainerDraft);
  });

  it('is refused for any field with anything that the schema refuses, and for nothing else', async () => {
    const tally = { right: 0, wrong: 0 };
    for (const path of pathsOf(await full()))
      for (const value of [...strange, missing]) {
        const draft = await full();
        put(draft, path, value);
        const right = isRight(draft);
        tally[right ? 'right' : 'wrong'] += 1;
        const what = `${path.join('.')} = ${value === missing ? 'nothing' : JSON.stringify(value)}`;
        const check = () => checkDraft(draft, [{ path: [] }] as never, ContainerDraft);
        if (right) assert.doesNotThrow(check, what);
        else assert.throws(check, { code: 'PCH_PLUGIN_CONTRACT' }, what);
      }
    assert.ok(tally.right > 100 && tally.wrong > 1000, JSON.stringify(tally));
  });
});

const missing = Symbol('the field is taken away');

function pathsOf(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function put(target: object, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  const fields = target as Record<string, unknown>;
  if (rest.length > 0) put(fields[key] as object, rest, value);
  else if (value === missing) delete fields[key];
  else fields[key] = value;
}
