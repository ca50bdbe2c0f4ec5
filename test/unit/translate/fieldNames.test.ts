import assert from 'node:assert/strict';
import { type ClientKind, clientOf } from '../../../plugins/engine-api/http/clientKind.ts';
import { errorBody } from '../../../plugins/engine-api/http/errorReply.ts';
import { fieldNames, listOf } from '../../../translate/names/fieldNames.ts';
import { validate } from '../../../plugins/engine-api/http/validate.ts';
import { createSchema } from '../../../plugins/engine-api/schemas/create.ts';
import { invalid } from '../../../translate/invalid.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { field, invalidField, PouchError, resourceLimits, type FieldPath } from '../../../hooks/index.ts';
import { commandOptions } from '../cli/support/commandOptions.ts';

const client = (agent?: string): ClientKind =>
  clientOf({ headers: { 'user-agent': agent } } as Parameters<typeof clientOf>[0]);
const pouch = client('pouch');
const docker = client('Docker-Client/20.10.24+dfsg1 (linux)');
const curl = client('curl/7.88.1');

function fieldOf(check: () => unknown): string | undefined {
  try {
    check();
  } catch (error) {
    return errorBody(error as PouchError, curl, '').field;
  }
  throw new Error('no error');
}

// Types require a name of the API for every field, and that the API has it.
describe('names of fields', () => {
  it('are options of the command', async () => {
    const options = await commandOptions();
    const named = Object.values(fieldNames).flatMap(({ option, prefixes }) => [
      ...listOf(option),
      ...Object.values(prefixes ?? {}),
    ]);
    const missing = named.map((option) => option.replace(' []', '')).filter((option) => !options.has(option));
    assert.deepEqual([...new Set(missing)].sort(), ['COMMAND', 'IMAGE']);
  });

  it('exist for the command, but of what its options cannot say', () => {
    const without = Object.keys(fieldNames).filter((path) => fieldNames[path]?.option === undefined);
    assert.deepEqual(without, [
      'stdinOnce',
      'consoleSize',
      'maskedPaths',
      'maskedPaths[]',
      'readonlyPaths',
      'readonlyPaths[]',
      'resources',
      'healthcheck.shell',
      'login',
      'stdout',
      'stderr',
    ]);
  });

  it('include every limit', () => {
    for (const name of Object.keys(resourceLimits)) assert.ok(fieldNames[`resources.${name}`], name);
  });

  const cases: [FieldPath, option: string, api: string][] = [
    ['resources.memory', '--memory', 'HostConfig.Memory'],
    ['resources.cpuRealtimePeriod', '--cpu-rt-period', 'HostConfig.CpuRealtimePeriod'],
    ['resources.blkioDeviceReadBps[1].path', '--device-read-bps', 'HostConfig.BlkioDeviceReadBps'],
    ['devices[2].host', '--device', 'HostConfig.Devices[2].PathOnHost'],
    ['sysctls["net.core.x"]', '--sysctl net.core.x', 'HostConfig.Sysctls["net.core.x"]'],
    ['log.options["max-size"]', '--log-opt max-size', 'HostConfig.LogConfig.Config["max-size"]'],
    [
      'volumes[0].source',
      '--volume, --mount or --tmpfs',
      'HostConfig.Binds, HostConfig.Mounts or HostConfig.Tmpfs',
    ],
    ['maskedPaths[3]', 'HostConfig.MaskedPaths[3]', 'HostConfig.MaskedPaths[3]'],
    ['leaveRunning', '--leave-running', 'Exit: false'],
    ['cwd', '--workdir', 'WorkingDir'],
  ];
  for (const [path, option, api] of cases)
    it(`${path} is ${option} for users of a command, ${api} for others`, () => {
      assert.equal(inNamesOf(pouch, `fix ${field(path)}`), `fix ${option}`);
      assert.equal(inNamesOf(docker, `fix ${field(path)}`), `fix ${option}`);
      assert.equal(inNamesOf(curl, `fix ${field(path)}`), `fix ${api}`);
    });

  it('of kata’s settings are those of --kata-opt for pouch only', () => {
    const setting = field('annotations["io.katacontainers.config.hypervisor.default_memory"]');
    assert.equal(inNamesOf(pouch, setting), '--kata-opt hypervisor.default_memory');
    assert.equal(
      inNamesOf(docker, setting),
      '--annotation io.katacontainers.config.hypervisor.default_memory',
    );
    assert.equal(
      inNamesOf(pouch, field('annotations["io.katacontainers.config_path"]')),
      '--kata-opt config_path',
    );
  });

  it('replace members of the API for users of a command', () => {
    const message = '`HostConfig.Mounts[1].Target` and `HostConfig.Sysctls["a"]`, not `OnBuild` or `lsblk`';
    assert.equal(inNamesOf(docker, message), '--mount and --sysctl a, not OnBuild or `lsblk`');
    assert.equal(
      inNamesOf(curl, message),
      'HostConfig.Mounts[1].Target and HostConfig.Sysctls["a"], not OnBuild or `lsblk`',
    );
  });

  it('leave other text in backquotes alone', () => {
    const message = '`pouch ps -a`, `constructor`, `user.max_user_namespaces` and `unclosed';
    for (const kind of [pouch, docker, curl]) assert.equal(inNamesOf(kind, message), message);
  });
});

describe('the body of an error', () => {
  const error = invalidField('devices[2].host', 'expected x, found y', `use ${field('privileged')}`);

  it('has options and a hint of its own for pouch', () => {
    const { message, hint, field: at } = errorBody(error, pouch, '');
    assert.deepEqual([message, hint], ['--device: expected x, found y', 'use --privileged']);
    assert.equal(at, 'HostConfig.Devices[2].PathOnHost');
  });

  it('has options and the hint in its message for docker', () =>
    assert.equal(
      errorBody(error, docker, '').message,
      '--device: expected x, found y (hint: use --privileged)',
    ));

  it('has fields of the API for other clients', () => {
    const { message, hint, field: at } = errorBody(error, curl, '');
    assert.match(message, /^HostConfig\.Devices\[2\]\.PathOnHost: .*\(hint: use HostConfig\.Privileged\)$/);
    assert.deepEqual([hint, at], ['use HostConfig.Privileged', 'HostConfig.Devices[2].PathOnHost']);
  });

  it('has fields of the API and a separate hint for programs with pouch’s client', () =>
    assert.equal(
      errorBody(error, client('pouch-client'), '').message,
      'HostConfig.Devices[2].PathOnHost: expected x, found y',
    ));

  it('has the member that the surface itself has found wrong', () => {
    const wrong = invalid('HostConfig.Binds[1]', 'x', 'y');
    const { message, field: at } = errorBody(wrong, pouch, '');
    assert.deepEqual([message, at], ['--volume: expected x, found "y"', 'HostConfig.Binds[1]']);
    assert.equal(
      fieldOf(() => validate(createSchema, { Image: 'x', HostConfig: { Memory: 'y' } })),
      'HostConfig.Memory',
    );
    assert.equal(
      fieldOf(() => validate(createSchema, [])),
      undefined,
    );
  });

  it('has no field if the error has none', () =>
    assert.equal(errorBody(new PouchError('PCH_INTERNAL', 'x'), curl, '').field, undefined));
});
