import assert from 'node:assert/strict';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { until } from '../support/call.ts';
import { failed, succeeded, type Container } from '../support/container.ts';
import { bind } from '../support/edit.ts';
import { section, type Row } from '../support/row.ts';

/** A container in one of the states of runtime.md. */
async function stopped(c: Container): Promise<void> {
  c.spec.process.args = ['/bin/sh', '-c', 'exit 3'];
  await c.created();
  await c.started();
  await c.becomes('stopped');
}

/** Ids that would be paths, or nothing. */
const badIds = ['', '.', '..', 'a/b', '../a', 'a b', 'a\nb', 'ä', '/'];

/** runtime.md, State. */
export const stateRows = section('runtime.md#state', [
  {
    must: 'a created container is told with its id, pid, bundle, version and annotations',
    spec: (spec) => (spec.annotations = { 'org.example.key': 'value' }),
    test: async (c) => {
      await c.created();
      const { ociVersion, id, status, pid, bundle, annotations } = await c.state();
      assert.deepEqual(
        { id, status, bundle, annotations },
        {
          id: c.id,
          status: 'created',
          bundle: c.place.directory,
          annotations: { 'org.example.key': 'value' },
        },
      );
      assert.match(ociVersion, /^1\.\d+\.\d+/);
      assert.ok(existsSync(`/proc/${pid}`));
    },
  },
  {
    must: 'pid is the process in the container, as the runtime sees it',
    test: async (c) => {
      await c.running();
      const { pid } = await c.state();
      assert.notEqual(readlinkSync(`/proc/${pid}/ns/pid`), readlinkSync('/proc/self/ns/pid'));
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^NSpid:\t\d+\t1$/m);
    },
  },
  {
    must: 'a started container is running',
    test: async (c) => (await c.running(), assert.equal(await c.status(), 'running')),
  },
  { must: 'a container whose process has ended is stopped', test: async (c) => stopped(c) },
  {
    must: 'a stopped container has no pid',
    test: async (c) => {
      await stopped(c);
      assert.ok(!(await c.state()).pid);
    },
  },
  {
    must: 'the state does not change by being asked for',
    test: async (c) => {
      await c.created();
      assert.deepEqual(await c.state(), await c.state());
    },
  },
  {
    must: 'a container whose process was killed by somebody else is stopped',
    test: async (c) => {
      await c.running();
      process.kill((await c.state()).pid!, 'SIGKILL');
      await c.becomes('stopped');
    },
  },
  {
    must: 'the state of an unknown container is an error',
    test: async (c) => void failed(await c.call(['state', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'the state without an id is an error',
    test: async (c) => void failed(await c.call(['state']), /argument|id/i),
  },
]);

/** runtime.md, Create. */
export const createRows = section('runtime.md#create', [
  {
    must: 'create does not run the process',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo begun'];
      await c.created();
      assert.equal(c.output, '');
      await c.started();
      await until('the process has run', () => c.output === 'begun\n');
    },
  },
  {
    must: 'changes of config.json after create have no effect',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo "$VALUE"; echo done'];
      c.spec.process.env.push('VALUE=first');
      await c.created();
      c.spec.process.env.push('VALUE=second');
      c.write();
      await c.started();
      await until('the process has run', () => c.output.includes('done'));
      assert.equal(c.output, 'first\ndone\n');
    },
  },
  {
    must: 'an id that is in use is an error, and the container that has it is untouched',
    test: async (c) => {
      await c.running();
      const before = await c.state();
      failed(await c.create(), /exist/i);
      failed(await c.run(), /exist/i);
      assert.deepEqual(await c.state(), before);
      assert.equal(await c.sh('echo alive'), 'alive');
    },
  },
  {
    must: 'the id of a deleted container can be used again',
    test: async (c) => {
      await c.running();
      await c.removed();
      await c.running();
    },
  },
  ...badIds.map((id) => ({
    must: `the id ${JSON.stringify(id)} is refused`,
    test: async (c: Container) => {
      c.write();
      failed(await c.call(['create', '--bundle', c.place.directory, id]), /./);
    },
  })),
  {
    must: 'ids may have letters, digits, _, +, - and .',
    test: async (c) => {
      c.write();
      const id = `${c.id}.A-z_0+1`;
      succeeded(await c.call(['run', '--bundle', c.place.directory, id]));
    },
  },
  {
    must: 'the process is there, in the namespaces and the cgroup, before it is started',
    test: async (c) => {
      await c.created();
      const { pid } = await c.state();
      assert.notEqual(readlinkSync(`/proc/${pid}/ns/net`), readlinkSync('/proc/self/ns/net'));
      assert.ok(readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(c.place.cgroup));
    },
  },
  {
    must: 'a created container that is killed is stopped, and was never started',
    test: async (c) => {
      c.spec.process.args = ['/bin/sh', '-c', 'echo begun'];
      await c.created();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
      assert.equal(c.output, '');
      succeeded(await c.delete());
    },
  },
  {
    must: 'files that the runtime has open are not open in the container',
    sh: 'ls /proc/self/fd | grep -vxE "[0-3]" || true',
    prints: '',
  },
]);

/** runtime.md, Start. */
export const startRows = section('runtime.md#start', [
  {
    must: 'starting an unknown container is an error',
    test: async (c) => void failed(await c.call(['start', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'starting a running container is an error, and it goes on',
    test: async (c) => {
      await c.running();
      failed(await c.start(), /running|start|stat|state/i);
      assert.equal(await c.status(), 'running');
      assert.equal(c.output, 'ready\n');
    },
  },
  {
    must: 'starting a stopped container is an error',
    test: async (c) => {
      await stopped(c);
      failed(await c.start(), /stopped|start|state|created|not running/i);
      assert.equal(await c.status(), 'stopped');
    },
  },
  {
    must: 'a process that cannot be executed is an error of create or start, and nothing runs',
    test: async (c) => {
      c.spec.process.args = ['/no/such'];
      const created = await c.create();
      failed(created.code === 0 ? await c.start() : created, /no such file/i);
    },
  },
]);

/** runtime.md, Kill. */
export const killRows = section('runtime.md#kill', [
  {
    must: 'killing an unknown container is an error',
    test: async (c) =>
      void failed(await c.call(['kill', 'none', 'KILL']), /not exist|not found|no such file/i),
  },
  {
    must: 'killing a stopped container is an error',
    test: async (c) => {
      await stopped(c);
      failed(await c.kill('TERM'), /not running|stopped|finished|no such process|state/i);
    },
  },
  ...['TERM', 'SIGTERM', '15'].map((signal) => ({
    must: `the signal can be ${signal}`,
    test: async (c: Container) => {
      await c.running('trap "echo caught; exit" TERM; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill(signal));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  })),
  {
    must: 'a realtime signal can be given by its number',
    test: async (c) => {
      await c.running('trap "echo caught; exit" 37; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill('37'));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  {
    must: 'a realtime signal can be given by its name, SIGRTMIN+3',
    test: async (c) => {
      await c.running('trap "echo caught; exit" 37; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.kill('SIGRTMIN+3'));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  {
    must: 'without a signal it is TERM',
    test: async (c) => {
      await c.running('trap "echo caught; exit" TERM; echo ready; while :; do sleep 0.05; done');
      succeeded(await c.call(['kill', c.id]));
      await until('the signal is caught', () => c.output.includes('caught'));
    },
  },
  ...['COFFEE', '99', '-1'].map((signal) => ({
    must: `the signal ${signal} is refused, and the container goes on`,
    test: async (c: Container) => {
      await c.running();
      failed(await c.kill(signal), /./);
      assert.equal(await c.status(), 'running');
    },
  })),
  {
    must: 'KILL ends the container',
    test: async (c) => {
      await c.running();
      succeeded(await c.kill('KILL'));
      await c.becomes('stopped');
    },
  },
]);

/** runtime.md, Delete. */
export const deleteRows = section('runtime.md#delete', [
  {
    must: 'deleting an unknown container is an error',
    test: async (c) => void failed(await c.call(['delete', 'none']), /not exist|not found|no such file/i),
  },
  {
    must: 'deleting a running container is an error, and it goes on',
    test: async (c) => {
      await c.running();
      failed(await c.delete(), /running|stopped|state/i);
      assert.equal(await c.status(), 'running');
    },
  },
  {
    must: 'deleting a created container is an error, and it can still be started',
    test: async (c) => {
      await c.created();
      failed(await c.delete(), /created|stopped|running|state/i);
      await c.started();
    },
  },
  {
    must: 'a deleted container is unknown',
    test: async (c) => {
      await stopped(c);
      succeeded(await c.delete());
      failed(await c.call(['state', c.id]), /not exist|not found|no such file/i);
      failed(await c.delete(), /not exist|not found|no such file/i);
    },
  },
  {
    must: 'delete leaves what the runtime did not make: the bundle and files of the host',
    spec: (spec, { host }) => {
      writeFileSync(`${host}/a`, 'text');
      bind(spec, host);
    },
    test: async (c, { host }) => {
      await stopped(c);
      succeeded(await c.delete());
      assert.equal(readFileSync(`${host}/a`, 'utf8'), 'text');
      assert.ok(existsSync(c.path('config.json')) && existsSync(c.inside('bin', 'busybox')));
    },
  },
]);

/** config.md, Specification version, Annotations and Extensibility; bundle.md: what of a config.json is refused. */
export const configRows: Row[] = [
  ...section('bundle.md#filesystem-bundle', [
    {
      must: 'a bundle without config.json is an error',
      test: async (c) =>
        void failed(await c.call(['run', '--bundle', c.place.directory, c.id]), /config\.json|no such file/i),
    },
    {
      must: 'a bundle that does not exist is an error',
      test: async (c) =>
        void failed(
          await c.call(['run', '--bundle', c.path('none'), c.id]),
          /not exist|not found|no such file/i,
        ),
    },
    ...['', '{', '[]', '"text"', '{"ociVersion": "1.0.2",}', '{}', 'null'].map((text) => ({
      must: `a config.json of ${JSON.stringify(text)} is an error`,
      test: async (c: Container) => {
        writeFileSync(c.path('config.json'), text);
        failed(await c.call(['run', '--bundle', c.place.directory, c.id]), /./);
      },
    })),
    {
      must: 'after a failure for its config.json the same id works with a good one',
      test: async (c) => {
        writeFileSync(c.path('config.json'), '{');
        failed(await c.call(['create', '--bundle', c.place.directory, c.id]), /./);
        await c.running();
      },
    },
  ]),
  ...section('config.md#specification-version', [
    ...['1.0.0', '1.0.2-dev', '1.1.0'].map((version) => ({
      must: `ociVersion ${version} is supported`,
      spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) => (spec.ociVersion = version),
      sh: 'echo good',
      prints: 'good',
    })),
    ...['', 'coffee', '2.0.0'].map((version) => ({
      must: `ociVersion ${JSON.stringify(version)} is refused`,
      spec: (spec: Parameters<NonNullable<Row['spec']>>[0]) => (spec.ociVersion = version),
      refused: /version/i,
    })),
  ]),
  ...section('config.md#extensibility', [
    {
      must: 'unknown properties are no error, wherever they are',
      spec: (spec) => {
        for (const object of [spec, spec.process, spec.root, spec.linux, spec.mounts[0]!])
          Object.assign(object, { 'org.example.unknown': { deep: [1] } });
      },
      sh: 'echo good',
      prints: 'good',
    },
  ]),
  ...section('config.md#annotations', [
    {
      must: 'unknown annotations are no error, and the process does not see them',
      spec: (spec) => (spec.annotations = { 'org.example.key': 'value', 'org.example.empty': '' }),
      sh: 'env | grep -c example',
      exits: 1,
      prints: '0',
    },
    {
      must: 'an annotation that is no text is refused',
      spec: (spec) => (spec.annotations = { 'org.example.key': 5 as unknown as string }),
      refused: /annotation|unmarshal|string/i,
    },
  ]),
  ...section('config.md#valid-values', [
    {
      must: 'a value of the wrong type is refused: args',
      spec: ({ process }) => (process.args = 'sh' as unknown as string[]),
      refused: /arg|unmarshal|string|executable/i,
    },
    {
      must: 'a value of the wrong type is refused: mounts',
      spec: (spec) => (spec.mounts = {} as never),
      refused: /mount|unmarshal/i,
    },
    {
      must: 'a value of the wrong type is refused: namespaces',
      spec: ({ linux }) => (linux.namespaces = 'all' as never),
      refused: /namespace|unmarshal/i,
    },
    {
      must: 'a value of the wrong type is refused: root.readonly',
      spec: ({ root }) => (root.readonly = 'yes' as never),
      refused: /readonly|unmarshal/i,
    },
  ]),
];
