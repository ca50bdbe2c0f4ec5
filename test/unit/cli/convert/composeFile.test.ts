import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { composeFile } from '../../../../cli/convert/composeFile.ts';
import { declarationsYaml } from '../../../../cli/agent/declarationsYaml.ts';

const wordsOf = (text: string) => {
  const { declarations, problems, notes } = composeFile('/srv/shop/compose.yaml', text);
  const byName = (list: (typeof declarations)['Containers']) =>
    Object.fromEntries(list.map(({ Name, Words }) => [Name, Words]));
  const { Containers, Networks, Volumes } = declarations;
  return {
    containers: byName(Containers),
    networks: byName(Networks),
    volumes: byName(Volumes),
    problems,
    notes,
  };
};

describe('composeFile', () => {
  it('converts services, networks and volumes', () => {
    const { containers, networks, volumes, problems } = wordsOf(`
services:
  web:
    image: shop/web:3
    command: serve --name "a b" 'c d'
    environment: [TZ=UTC, "PRICE=$$5"]
    ports: ["8080:80", { target: 53, published: "5353", protocol: udp, host_ip: 127.0.0.1 }]
    volumes: ["./conf:/conf:ro", "data:/data", { type: tmpfs, target: /t }]
    depends_on: { db: { condition: service_healthy } }
    networks: { front: { aliases: [w] } }
    deploy: { replicas: 2, resources: { limits: { cpus: "0.5", memory: 64M } } }
    stop_grace_period: 1m30s
    ulimits: { nproc: 10, nofile: { soft: 1, hard: 2 } }
  db:
    image: mariadb
    container_name: shop-db
    healthcheck: { test: ["CMD", "true"], interval: 5s }
networks:
  front: { ipam: { config: [{ subnet: 10.1.0.0/24 }] } }
volumes:
  data:
  old: { external: true }
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(containers['web'], {
      image: 'shop/web:3',
      command: ['serve', '--name', 'a b', 'c d'],
      env: { TZ: 'UTC', PRICE: '$5' },
      publish: ['8080:80', '127.0.0.1:5353:53/udp'],
      volume: ['/srv/shop/conf:/conf:ro', 'data:/data'],
      mount: ['type=tmpfs,target=/t'],
      dependsOn: { 'shop-db': 'healthy' },
      network: 'front',
      'network-alias': ['web', 'w'],
      replicas: 2,
      cpus: '0.5',
      memory: '64M',
      'stop-timeout': 90,
      ulimit: { nproc: 10, nofile: '1:2' },
    });
    assert.deepEqual(containers['shop-db'], {
      image: 'mariadb',
      'health-cmd': '["CMD","true"]',
      'health-interval': '5s',
      network: 'shop_default',
      'network-alias': ['db'],
    });
    assert.deepEqual(networks, { shop_default: {}, front: { subnet: ['10.1.0.0/24'] } });
    assert.deepEqual(volumes, { data: {} });
  });

  it('mounts secrets and configs that are files', () => {
    const { problems, containers } = wordsOf(`services:
  web:
    image: a
    secrets: [key, { source: pin, target: other }, { source: pin, target: /etc/pin }]
    configs: [conf]
    volumes: [data:/data]
secrets: { key: { file: ./key.txt }, pin: { file: /srv/pin } }
configs: { conf: { file: conf/app.conf }, unused: { file: x } }
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      new Set(containers['web']?.['volume'] as string[]),
      new Set([
        '/srv/shop/key.txt:/run/secrets/key:ro',
        '/srv/pin:/run/secrets/other:ro',
        '/srv/pin:/etc/pin:ro',
        '/srv/shop/conf/app.conf:/conf:ro',
        'data:/data',
      ]),
    );
  });

  it('names what has no equivalent with its line', () => {
    const { problems } = wordsOf(
      'services:\n  web:\n    image: a\n    build: .\n    env_file: x\n    environment:\n      - HOME\n    networks: [a, b]\n    secrets: [key, gone]\nsecrets: { key: { external: true } }\n',
    );
    const file = '/srv/shop/compose.yaml';
    assert.deepEqual(problems, [
      `${file}:4:5: services.web.build: Pouch has no equivalent: build the image, and write its tag as \`image\``,
      `${file}:5:5: services.web.env_file: Pouch has no equivalent: write its lines in \`environment\`, and passwords as \`secret-env\``,
      `${file}:6:5: services.web.environment: HOME: expected a value, found none`,
      `${file}:9:15: services.web.secrets.0: key is not a file: Pouch has no equivalent`,
      `${file}:9:20: services.web.secrets.1: gone is not a file: Pouch has no equivalent`,
      `${file}:10:19: secrets.key.external: Pouch has no equivalent`,
    ]);
  });

  /** Without the value at a path; JSON is YAML. */
  function without(value: unknown, [key = '', ...rest]: readonly string[]): unknown {
    if (Array.isArray(value))
      return value.flatMap((one: unknown, index) => {
        if (String(index) !== key) return [one];
        return rest.length === 0 ? [] : [without(one, rest)];
      });
    const { [key]: inner, ...others } = value as Record<string, unknown>;
    return rest.length === 0 ? others : { ...(value as object), [key]: without(inner, rest) };
  }

  function memoize<Value>(of: (name: string) => Value): (name: string) => Value {
    const known = new Map<string, Value>();
    return (name) => {
      if (!known.has(name)) known.set(name, of(name));
      return known.get(name)!;
    };
  }

  function* leavesOf(value: unknown, path: string[] = []): Generator<string[]> {
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    if (entries.length === 0) yield path;
    for (const [key, inner] of entries) yield* leavesOf(inner, [...path, key]);
  }

  it('converts or names each key of the specification', () => {
    const text = readFileSync(new URL('everyKey.yaml', import.meta.url), 'utf8');
    const everything = composeFile('/srv/shop/compose.yaml', text);
    const shown = [...everything.problems, ...everything.notes].map((line) => line.split(': ')[1] ?? '');
    const isNamed = (path: string) => shown.some((other) => path === other || path.startsWith(`${other}.`));
    const file = parseDocument(text).toJS() as { services: Record<string, object> };
    const declared = (value: unknown) =>
      composeFile('/srv/shop/compose.yaml', JSON.stringify(value)).declarations;
    // A service is converted without the others, which is quicker.
    const alone = memoize((name: string) => ({ ...file, services: { [name]: file.services[name] } }));
    const before = memoize((name: string) => declared(name === '' ? file : alone(name)));
    const isConverted = (path: readonly string[]) => {
      const name = path[0] === 'services' ? (path[1] ?? '') : '';
      const rest = declared(without(name === '' ? file : alone(name), path));
      return !isDeepStrictEqual(rest, before(name));
    };
    const all = [...leavesOf(file)];
    const dropped = all.filter((path) => !isNamed(path.join('.')) && !isConverted(path));
    assert.deepEqual(dropped, []);
    assert.ok(all.length > 250);
  });

  it('reports what two keys set to different values', () => {
    const { problems } = wordsOf(
      'services: { web: { image: a, cpus: 1, deploy: { resources: { limits: { cpus: 2 } } } } }',
    );
    assert.deepEqual(problems, [
      '/srv/shop/compose.yaml:1:13: services.web: expected one value of cpus, found 1 and 2',
    ]);
  });

  it('reports values of another kind, by their places', () => {
    const text =
      'services:\n  web:\n    image: [a]\n    ports: [{ target: { a: 1 } }]\n    tty: often\n    deploy: much\n';
    const { problems } = wordsOf(text);
    assert.deepEqual(
      problems.map((line) => line.replace('/srv/shop/compose.yaml:', '')),
      [
        '3:5: services.web.image: expected a text or a number, found a list',
        '4:15: services.web.ports.0.target: expected a text or a number, found a map',
        '5:5: services.web.tty: expected true or false, found "often"',
        '6:5: services.web.deploy: expected a map, found "much"',
      ],
    );
  });

  it('follows merged maps and aliases to their lines', () => {
    const { problems, containers } = wordsOf(
      'x-base: &base\n  build: .\n  logging: { driver: local }\nservices:\n  web: { <<: *base, image: a }\n',
    );
    assert.deepEqual(problems, [
      '/srv/shop/compose.yaml:2:3: services.web.build: Pouch has no equivalent: build the image, and write its tag as `image`',
    ]);
    assert.equal(containers['web']?.['log-driver'], 'local');
  });

  it('reports tags of compose, and text that is not a map', () => {
    assert.match(
      wordsOf('services: { web: { image: a, ports: !reset [] } }').problems.join(),
      /:1:37: .*!reset/,
    );
    assert.match(wordsOf('- a').problems.join(), /:1:1: expected a map, found a list/);
  });

  it('joins several networks, the one of the highest priority first', () => {
    const { containers, networks } = wordsOf(`
services:
  web:
    image: a
    container_name: the-web
    networks: { back: , front: { priority: 10, aliases: [w], ipv4_address: 10.0.0.5 }, data: { aliases: [d] } }
networks: { front: , back: { name: the-back }, data: }
`);
    assert.deepEqual(containers['the-web'], {
      image: 'a',
      network: ['front', { name: 'the-back', alias: ['web'] }, { name: 'data', alias: ['web', 'd'] }],
      'network-alias': ['web', 'w'],
      ip: '10.0.0.5',
    });
    assert.deepEqual(Object.keys(networks), ['front', 'the-back', 'data']);
  });

  it('keeps a literal ${ one', () => {
    const { containers } = wordsOf('services: { web: { image: a, command: ["$${A}", "$$A"] } }');
    assert.deepEqual(containers['web']?.['command'], ['$${A}', '$A']);
  });

  it('keeps variables as references, and notes what it leaves out', () => {
    const { containers, notes, problems } = wordsOf(
      'services: { web: { image: "a:${TAG}", user: "${UID:-0}", network_mode: host, profiles: [x], x-a: 1 } }',
    );
    assert.equal(containers['web']?.['image'], 'a:${env:TAG}');
    assert.match(notes.join('\n'), /^\$\{env:TAG\} is taken from the environment of pouchd$/m);
    assert.match(notes.join('\n'), /:1:\d+: services\.web\.profiles: left out/);
    assert.match(problems.join('\n'), /services\.web\.user: expected a variable without a default/);
  });
});

describe('declarationsYaml', () => {
  it('has what its user has to know above the name', () => {
    const Volumes = [{ Name: 'data', Words: {}, Notes: ['copy it'], Lost: [] }];
    const Containers = [{ Name: 'web', Words: { image: 'a' }, Notes: ['n'], Lost: ['x: 1'] }];
    assert.equal(
      declarationsYaml({ Containers, Networks: [], Volumes }),
      'volumes:\n  # copy it\n  data:\ncontainers:\n  # not written: x: 1\n  # n\n  web:\n    image: a\n',
    );
  });
});
