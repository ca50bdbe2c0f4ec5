import assert from 'node:assert/strict';
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
      'network-alias': ['w'],
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
    });
    assert.deepEqual(networks, { shop_default: {}, front: { subnet: ['10.1.0.0/24'] } });
    assert.deepEqual(volumes, { data: {} });
  });

  it('names what has no equivalent with its line', () => {
    const { problems } = wordsOf(
      'services:\n  web:\n    image: a\n    build: .\n    env_file: x\n    environment:\n      - HOME\n    networks: [a, b]\nconfigs: {}\n',
    );
    const file = '/srv/shop/compose.yaml';
    assert.deepEqual(problems, [
      `${file}:9: configs: Pouch has no equivalent`,
      `${file}:4: services.web.build: Pouch has no equivalent`,
      `${file}:5: services.web.env_file: Pouch has no equivalent`,
      `${file}:6: services.web.environment: HOME: expected a value, found none`,
      `${file}:8: services.web.networks: a container is declared with one network: connect it to b by \`pouch network connect\``,
    ]);
  });

  it('keeps variables as references, and notes what it leaves out', () => {
    const { containers, notes, problems } = wordsOf(
      'services: { web: { image: "a:${TAG}", user: "${UID:-0}", network_mode: host, profiles: [x], x-a: 1 } }',
    );
    assert.equal(containers['web']?.['image'], 'a:${env:TAG}');
    assert.match(notes.join('\n'), /TAG.*environment of pouchd\n.*profiles/);
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
