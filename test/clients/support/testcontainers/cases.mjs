/** Cases of testcontainers for Node; one line of JSON per case. Arguments: the image and a prefix for names. */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { GenericContainer, Network, Wait } from 'testcontainers';

const [image, prefix] = process.argv.slice(2);

/** A web server that shows a file. */
const web = () =>
  new GenericContainer(image)
    .withCommand(['sh', '-c', 'echo listening; exec httpd -f -p 80 -h /srv'])
    .withCopyContentToContainer([{ content: 'hello', target: '/srv/index.html' }])
    .withExposedPorts(80);

async function using(container, work) {
  const started = await container.start();
  try {
    await work(started);
  } finally {
    await started.stop();
  }
}

const get = async (started, path = '/') => {
  const response = await fetch(`http://${started.getHost()}:${started.getMappedPort(80)}${path}`);
  return await response.text();
};

/** Logs are followed: the first output that matches is enough. */
async function logged(started, pattern) {
  let output = '';
  for await (const chunk of await started.logs({ tail: 5 })) {
    output += String(chunk);
    if (pattern.test(output)) return;
  }
  assert.match(output, pattern);
}

const cases = {
  async serves_a_port_of_the_host_once_it_listens() {
    await using(web().withWaitStrategy(Wait.forListeningPorts()), async (started) =>
      assert.equal(await get(started), 'hello'),
    );
  },

  async waits_for_http_logs_health_commands_and_the_end() {
    const fast = { interval: 200, timeout: 2000, retries: 20, startPeriod: 0 };
    for (const strategy of [
      Wait.forHttp('/index.html', 80),
      Wait.forLogMessage('listening'),
      Wait.forHealthCheck(),
      Wait.forSuccessfulCommand('test -e /srv/index.html'),
      Wait.forAll([Wait.forListeningPorts(), Wait.forLogMessage('listening')]),
    ])
      await using(
        web()
          .withHealthCheck({ test: ['CMD-SHELL', 'wget -q -O - http://127.0.0.1/'], ...fast })
          .withWaitStrategy(strategy),
        async (started) => await logged(started, /listening/),
      );
    const once = new GenericContainer(image).withCommand(['true']).withWaitStrategy(Wait.forOneShotStartup());
    await using(once, async () => undefined);
  },

  async reports_a_container_that_does_not_start() {
    const failing = new GenericContainer(image)
      .withCommand(['sh', '-c', 'exit 3'])
      .withWaitStrategy(Wait.forLogMessage('never'))
      .withStartupTimeout(5000);
    await assert.rejects(failing.start(), /Log stream ended|log message "never" was not received/i);
  },

  async executes_commands() {
    await using(web(), async (started) => {
      const { output, stdout, stderr, exitCode } = await started.exec([
        'sh',
        '-c',
        'echo out; echo err >&2; exit 4',
      ]);
      assert.deepEqual({ stdout, stderr, exitCode }, { stdout: 'out\n', stderr: 'err\n', exitCode: 4 });
      assert.match(output, /out/);
      const inside = await started.exec(['sh', '-c', 'pwd; id -u; echo $A'], {
        workingDir: '/srv',
        user: '65534',
        env: { A: 'b' },
      });
      assert.equal(inside.stdout, '/srv\n65534\nb\n');
    });
  },

  async copies_files_in_and_out() {
    const files = [{ source: import.meta.filename, target: '/in/cases.mjs', mode: 0o640 }];
    await using(web().withCopyFilesToContainer(files), async (started) => {
      const { stdout } = await started.exec(['stat', '-c', '%a', '/in/cases.mjs']);
      assert.equal(stdout, '640\n');
      await started.copyContentToContainer([{ content: 'later', target: '/in/later' }]);
      await started.copyDirectoriesToContainer([
        { source: import.meta.dirname + '/node_modules/.bin', target: '/bins' },
      ]);
      assert.equal((await started.exec(['cat', '/in/later'])).stdout, 'later');
      assert.match(await text(await started.copyArchiveFromContainer('/in')), /later/);
    });
  },

  async resolves_aliases_in_a_network() {
    const network = await new Network().start();
    try {
      await using(web().withNetwork(network).withNetworkAliases('server'), async (server) => {
        assert.notEqual(server.getIpAddress(network.getName()), '');
        await using(
          new GenericContainer(image).withCommand(['sleep', '1000']).withNetwork(network),
          async (client) => {
            const { stdout } = await client.exec(['wget', '-q', '-O', '-', 'http://server/']);
            assert.equal(stdout, 'hello');
          },
        );
      });
    } finally {
      await network.stop();
    }
  },

  async sets_environment_labels_limits_mounts_and_user() {
    const made = new GenericContainer(image)
      .withName(`${prefix}set`)
      .withCommand(['sh', '-c', 'echo $A; id -u; pwd; df /scratch | tail -1; sleep 1000'])
      .withEnvironment({ A: 'set' })
      .withLabels({ tier: 'test' })
      .withUser('65534')
      .withWorkingDir('/tmp')
      .withTmpFs({ '/scratch': 'rw,size=1m' })
      .withResourcesQuota({ memory: 0.064, cpu: 1 })
      .withUlimits({ nofile: { hard: 512, soft: 512 } })
      .withExtraHosts([{ host: 'elsewhere', ipAddress: '192.0.2.1' }])
      .withSharedMemorySize(8 * 1024 * 1024)
      .withWaitStrategy(Wait.forLogMessage(/scratch/));
    await using(made, async (started) => {
      await logged(started, /set\n65534\n\/tmp\n/);
      assert.equal(started.getLabels().tier, 'test');
      assert.equal(started.getName(), `/${prefix}set`);
      assert.match((await started.exec(['cat', '/etc/hosts'])).stdout, /192\.0\.2\.1\s+elsewhere/);
      assert.equal((await started.exec(['sh', '-c', 'ulimit -n'])).stdout, '512\n');
    });
  },

  async restarts_commits_and_stops() {
    const started = await web().start();
    await started.exec(['sh', '-c', 'echo changed >/srv/index.html']);
    await started.restart();
    assert.equal(await get(started), 'changed\n');
    const committed = await started.commit({ repo: `${prefix}committed`, tag: '1' });
    const again = new GenericContainer(`${prefix}committed:1`).withCommand(['cat', '/srv/index.html']);
    await using(again.withWaitStrategy(Wait.forLogMessage('changed')), async () =>
      assert.match(committed, /^sha256:/),
    );
    await started.stop({ remove: false, timeout: 1000 });
  },

  async reuses_a_container() {
    const make = () =>
      web()
        .withLabels({ [`${prefix}reuse`]: 'yes' })
        .withReuse();
    const [first, second] = [await make().start(), await make().start()];
    assert.equal(first.getId(), second.getId());
    await first.stop();
  },

  async leaves_a_container_to_the_reaper() {
    await web().withName(`${prefix}left`).start();
  },
};

for (const [name, run] of Object.entries(cases)) {
  // Its sockets do not keep Node running.
  const alive = setInterval(() => undefined, 1000);
  const error = await run().then(
    () => undefined,
    (reason) => String(reason.stack),
  );
  clearInterval(alive);
  console.log(JSON.stringify({ case: name, error }));
}
process.exit();
