import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { fullSchema } from '../../../scripts/declaredSchema.ts';

const guide = readFileSync(`${import.meta.dirname}/../../../docs/guides/host-agent.md`, 'utf8');

describe('the published schema of pouchd.yaml', () => {
  const validate = new Ajv({
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: { ipv4: true, ipv6: true },
  }).compile(fullSchema());
  const accepts = (yaml: string): boolean => validate(parse(yaml));
  const of = (sections: string) => `apiVersion: pouch/v1\n${sections}\n`;

  it('accepts the examples of the guide', () => {
    const examples = [...guide.matchAll(/^```yaml\n(apiVersion.*?)^```$/gms)].map(([, yaml = '']) => yaml);
    assert.ok(examples.length > 0);
    for (const example of examples) assert.ok(accepts(example), JSON.stringify(validate.errors));
  });

  for (const good of [
    'containers: { web: { image: a, dependsOn: [db, { mq: healthy }], env: [A=1], label: { a: 1 } } }',
    'containers: { web: { image: a, rich: true, memory: 1g, cpus: 1.5, read-only: true } }',
    'containers: { web: { image: a, replicas: 3, update: { order: start-first, parallel: 2 } } }',
    'networks: { a: { subnet: [10.1.0.0/24], internal: true, opt: { mtu: 1400 } } }',
    'volumes: { data: { onRemove: remove } }',
    'profiles: { batch: { memory: 1g, restart: no, cap-drop: ALL } }',
    'containers:',
  ])
    it(`accepts ${good}`, () => assert.ok(accepts(of(good)), JSON.stringify(validate.errors)));

  for (const bad of [
    'containers: { web: { image: a, memroy: 1g } }',
    'containers: { web: { image: a, name: b } }',
    'containers: { web: { image: a, read-only: maybe } }',
    'containers: { web: { image: a, dependsOn: { db: soon } } }',
    'networks: { a: { subnets: 10.1.0.0/24 } }',
    'volumes: { data: { onRemove: stop } }',
    'profiles: { batch: { image: a } }',
  ])
    it(`refuses ${bad}`, () => assert.ok(!accepts(of(bad))));

  it('has the help of options', () =>
    assert.match(JSON.stringify(fullSchema()), /"memory":\{"description":"[^"]+","type"/));
});
