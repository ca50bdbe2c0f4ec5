/** docker-compose 1.29 and compose 2, unmodified: a project of three services on its default network. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type Compose, compose1, compose2 } from '../support/compose.ts';
import { skip } from '../support/skip.ts';
import { Recorder } from './support/Recorder.ts';
import { checkUsed } from './support/usedOperations.ts';
import { TestPouchd } from '../support/TestPouchd.ts';

const waits = `trap exit TERM; while :; do sleep 0.2; done`;
const subnet = `198.18.${process.pid % 200}.192/27`;

/** Configs of files are compose 2's: compose 1 leaves them to Swarm. */
const fileOf = ({ version }: Compose) => `
${version === 1 ? 'version: "3.9"' : ''}
services:
  db:
    image: busybox
    command: sh -c 'echo db is up; sleep 1; touch /tmp/up; exec httpd -f -p 8080 -h /srv'
    ${version === 1 ? 'volumes: ["./page.html:/srv/index.html:ro"]' : 'configs: [{ source: page, target: /srv/index.html }]'}
    secrets: [token]
    healthcheck: { test: ["CMD", "test", "-e", "/tmp/up"], interval: 200ms, retries: 50 }
  web:
    image: busybox
    command: sh -c 'wget -qO- http://db:8080/; ${waits}'
    depends_on: { db: { condition: service_healthy } }
    networks: { default: { aliases: [front] } }
    volumes: ["data:/data"]
  job:
    image: busybox
    command: sh -c '${waits}'
    depends_on: [web]
    links: ["db:database"]
volumes: { data: {} }
secrets: { token: { file: ./token.txt } }
${version === 1 ? '' : 'configs: { page: { file: ./page.html } }'}
networks: { default: { ipam: { config: [{ subnet: ${subnet} }] } } }
`;

for (const [name, find] of [
  ['docker-compose 1', compose1],
  ['compose 2', compose2],
] as const)
  // prettier-ignore
  describe(name, function () {
    this.timeout(120_000);
    this.slow(30_000);
    let pouchd: TestPouchd | undefined;
    let recorder: Recorder | undefined;
    let directory: string;
    let compose: Compose;

    before(async function () {
      if (process.getuid?.() !== 0) skip(this, 'it needs root');
      compose = await find();
      if (compose.missing !== undefined) skip(this, compose.missing);
      recorder = await Recorder.start();
      pouchd = await TestPouchd.create({ yaml: recorder.yaml });
      recorder.isOn = true;
      directory = await mkdtemp(join(tmpdir(), 'pd-project-'));
      await writeFile(join(directory, 'docker-compose.yml'), fileOf(compose));
      await writeFile(join(directory, 'page.html'), 'hello from db\n');
      await writeFile(join(directory, 'token.txt'), 's3cret\n');
    });
    after(async () => {
      if (recorder) recorder.isOn = false;
      await pouchd?.dispose();
      await recorder?.stop();
      if (directory) await rm(directory, { recursive: true, force: true });
      if (recorder) await checkUsed(name, recorder);
    });

    async function run(...args: string[]) {
      return await runIn(['-p', 'shop'], ...args);
    }
    // Without BuildKit, compose 2 would start one of its own.
    async function runIn(project: string[], ...args: string[]) {
      const [command = '', ...words] = compose.command;
      return await execa(command, [...words, ...project, ...args], {
        cwd: directory,
        env: { ...compose.env, DOCKER_BUILDKIT: '0', DOCKER_HOST: pouchd!.host, COMPOSE_HTTP_TIMEOUT: '60' },
        reject: false,
        timeout: 60_000,
        stdin: 'ignore',
      });
    }
    async function ok(...args: string[]): Promise<string> {
      const { failed, stdout, stderr } = await run(...args);
      assert.ok(!failed, `compose ${args.join(' ')}: ${stderr}`);
      return stdout;
    }
    const states = async () => {
      const all = await pouchd!.client.containers.list({ all: true });
      const serviceOf = (labels: Record<string, string> | null) => labels?.['com.docker.compose.service'] ?? '';
      return Object.fromEntries(all.map((one) => [serviceOf(one.Labels), one.State]));
    };

    it('brings up services in their order, on a network where names resolve', async () => {
      await ok('up', '-d');
      assert.deepEqual(await states(), { db: 'running', web: 'running', job: 'running' });
      // It asked for it before all else: db was healthy.
      const hasPage = async () => (await ok('logs', 'web')).includes('hello from db');
      assert.ok(await waitUntil(hasPage, { withinMs: 10_000 }));
      assert.match(await ok('logs', 'db'), /db is up/);
      assert.equal(await ok('exec', '-T', 'job', 'wget', '-qO-', 'http://db:8080/'), 'hello from db');
      assert.equal(await ok('exec', '-T', 'job', 'wget', '-qO-', 'http://database:8080/'), 'hello from db');
      assert.equal(await ok('exec', '-T', 'db', 'cat', '/run/secrets/token'), 's3cret');
      for (const service of ['db', 'web', 'job']) assert.match(await ok('ps'), new RegExp(`shop[-_]${service}[-_]1`));
    });

    it('scales a service, whose containers share its names', async () => {
      await ok('up', '-d', '--scale', 'web=3');
      for (const alias of ['web', 'front']) {
        const found = await ok('exec', '-T', 'job', 'nslookup', alias);
        assert.equal(found.match(new RegExp(`Name:\\t${alias}`, 'g'))?.length, 3, found);
      }
      await ok('up', '-d', '--scale', 'web=1');
      assert.equal((await pouchd!.client.containers.list({})).length, 3);
    });

    it('runs a command once, and restarts, stops and starts services', async () => {
      assert.match(await ok('run', '--rm', '-T', 'web', 'wget', '-qO-', 'http://db:8080/'), /hello from db/);
      await ok('restart', '-t', '0', 'db');
      const serves = async () => !(await run('exec', '-T', 'job', 'wget', '-qO-', 'http://db:8080/')).failed;
      assert.ok(await waitUntil(serves, { withinMs: 20_000 }));
      assert.match(await ok('top', 'db'), /httpd -f -p 8080/);
      await ok('pause', 'job');
      assert.equal((await states())['job'], 'paused');
      await ok('unpause', 'job');
      await ok('kill', 'job');
      await ok('stop', '-t', '0');
      assert.deepEqual(await states(), { db: 'exited', web: 'exited', job: 'exited' });
      await ok('start');
      assert.deepEqual(await states(), { db: 'running', web: 'running', job: 'running' });
    });

    it('copies files', async function () {
      if (compose.version === 1) skip(this, 'docker-compose 1 has no cp');
      await ok('cp', 'page.html', 'job:/tmp/');
      assert.equal(await ok('exec', '-T', 'job', 'cat', '/tmp/page.html'), 'hello from db');
      await ok('cp', 'job:/tmp/page.html', 'back.html');
      assert.equal(await readFile(join(directory, 'back.html'), 'utf8'), 'hello from db\n');
    });

    it('makes all containers anew, and keeps their volumes', async () => {
      await ok('exec', '-T', 'web', 'sh', '-c', 'echo kept > /data/file');
      await ok('up', '-d', '--force-recreate', '-t', '0');
      assert.equal(await ok('exec', '-T', 'web', 'cat', '/data/file'), 'kept');
      assert.equal(await ok('exec', '-T', 'job', 'wget', '-qO-', 'http://db:8080/'), 'hello from db');
    });

    it('builds the images of two services, and again what has changed', async () => {
      const file = join(directory, 'built.yml');
      const services = ['one', 'two'].map(
        (service) => `  ${service}: { build: { context: ./${service}, args: { SAYS: ${service} } } }`,
      );
      await writeFile(file, ['version: "3.9"', 'services:', ...services, ''].join('\n'));
      const dockerfile = (what: string) => `FROM busybox\nARG SAYS\nRUN echo "${what} $SAYS" > /said\nCMD ["sh", "-c", "${waits}"]\n`;
      for (const service of ['one', 'two']) {
        await mkdir(join(directory, service));
        await writeFile(join(directory, service, 'Dockerfile'), dockerfile('first'));
      }
      const project = ['-p', 'built', '-f', file];
      const works = async (...args: string[]) => {
        const { failed, stdout, stderr } = await runIn(project, ...args);
        assert.ok(!failed, `compose ${args.join(' ')}: ${stdout} ${stderr}`);
        return stdout;
      };
      const said = async (service: string) => await works('exec', '-T', service, 'cat', '/said');
      await works('build');
      await works('up', '-d');
      assert.deepEqual([await said('one'), await said('two')], ['first one', 'first two']);
      await writeFile(join(directory, 'two/Dockerfile'), dockerfile('second'));
      await works('up', '-d', '--build', '-t', '0');
      assert.deepEqual([await said('one'), await said('two')], ['first one', 'second two']);
      await works('down', '-t', '0', '--rmi', 'all');
      const names = (await pouchd!.client.images.list()).flatMap(({ RepoTags }) => RepoTags ?? []);
      assert.deepEqual(names.filter((name) => name.startsWith('built')), []);
    });

    it('takes all of it down, with volumes', async () => {
      await ok('down', '-v', '-t', '0');
      const { containers, networks, volumes } = pouchd!.client;
      assert.deepEqual(await containers.list({ all: true }), []);
      assert.deepEqual((await networks.list()).map((one) => one.Name).toSorted(), ['bridge', 'host', 'none']);
      assert.deepEqual((await volumes.list()).Volumes ?? [], []);
    });
  });
