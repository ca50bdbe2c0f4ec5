/** gitlab-ci-local, unmodified, with a stand-in for the image of its helper: a runner of CI jobs by the docker CLI. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { Client } from '../../client/index.ts';
import { installPackages } from './support/installPackages.ts';
import { uniqueName } from './support/target.ts';
import { useTarget } from './support/useTarget.ts';

const helper = 'docker.io/firecow/gitlab-ci-local-util';

describe('gitlab-ci-local', function () {
  this.timeout(300_000);
  const used = useTarget('gitlab-ci-local');

  const env = () => ({ DOCKER_HOST: `unix://${used.api.socket}`, DOCKER_BUILDKIT: '0' });
  const docker = async (...args: string[]) => (await execa('docker', args, { env: env() })).stdout;

  /** A repository with a job of two steps, which needs a service. */
  async function writeRepository(cwd: string): Promise<void> {
    const serve = 'mkdir /w; echo served >/w/index.html; exec httpd -f -h /w';
    const job = {
      image: used.api.image,
      variables: { WHO: 'you' },
      services: [{ name: used.api.image, alias: 'db', command: ['sh', '-c', serve] }],
      script: [
        'i=0; until wget -qO- http://db/ >page; do i=$((i+1)); [ $i -lt 100 ] || exit 1; sleep 0.1; done',
        'echo "$(cat file) $WHO: $(cat page)"',
      ],
    };
    await writeFile(join(cwd, 'file'), 'hello');
    await writeFile(join(cwd, '.gitlab-ci.yml'), JSON.stringify({ one: job }));
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['remote', 'add', 'origin', 'git@example.org:a/b.git'],
      ['add', '.'],
      ['commit', '-qm', 'a'],
    ])
      await execa('git', [...author, ...args], { cwd });
  }

  /** It has a shell that changes owners; bash is needed only to copy artifacts. */
  async function makeHelper(): Promise<void> {
    await docker('tag', used.api.image, helper);
  }

  it('runs the steps of a job with its files, variables and service, and removes what it has created', async () => {
    const program = join(
      await installPackages('gitlab-ci-local'),
      'node_modules/gitlab-ci-local/src/index.js',
    );
    const cwd = used.directory;
    await writeRepository(cwd);
    await makeHelper();
    const client = new Client({ host: `unix://${used.api.socket}` });
    const held = async () => ({
      containers: (await client.containers.list({ all: true })).length,
      networks: (await client.networks.list()).length,
      volumes: (await client.volumes.list()).Volumes?.length ?? 0,
    });
    const before = await held();
    const { exitCode, all } = await execa('node', [program, '--home', join(cwd, `.${uniqueName()}`)], {
      ...{ cwd, env: env(), reject: false, all: true, timeout: 120_000 },
    });
    assert.equal(exitCode, 0, all);
    assert.match(all, /hello you: served/);
    assert.deepEqual(await held(), before);
    client.close();
  });
});
