import { strict as assert } from 'node:assert';
import { checkNeeds, requireFeature, usableRuntime } from '../../../../../core/plan/runtime/check.ts';
import { needsOf } from '../../../../../core/plan/runtime/needs.ts';
import type { RuntimeProvider } from '../../../../../hooks/runtime.ts';
import { allFeaturesBut } from '../../../../../hooks/runtimeFeatures.ts';
import { requested } from '../support.ts';

describe('what a runtime cannot do', () => {
  function runtime(name: string, change: Partial<RuntimeProvider> = {}): RuntimeProvider {
    return {
      name,
      capabilities: allFeaturesBut({}),
      containerdType: 'io.containerd.runc.v2',
      probe: async () => ({ usable: true, path: `/bin/${name}`, version: '1' }),
      options: async () => ({ binaryName: name }),
      ...change,
    };
  }
  const vm = runtime('vm', {
    capabilities: allFeaturesBut({ hostPid: 'the guest has a kernel of its own' }),
  });
  const missing = runtime('missing', {
    probe: async () => ({ usable: false, path: '', version: '', problem: 'apt-get install missing' }),
  });
  const all = new Map([vm, missing, runtime('runc'), runtime('crun')].map((one) => [one.name, one]));

  it('is refused with the reason and the runtimes that can', async () => {
    const draft = await requested({ pidMode: 'host' });
    await assert.rejects(checkNeeds(draft, vm, all), {
      code: 'PCH_RUNTIME_CANNOT',
      message:
        'the runtime vm does not give a container the host’s processes (`pidMode` host): the guest has a kernel of its own',
      hint: '`runtime` runc or crun can',
    });
    await checkNeeds(draft, all.get('runc')!, all);
    await checkNeeds(await requested({}), vm, all);
  });

  it('may be the host’s lack, that the probe has found', async () => {
    const here = runtime('here', {
      probe: async () => ({
        usable: true,
        path: '',
        version: '',
        limits: { checkpoint: 'criu is not installed' },
      }),
    });
    await assert.rejects(requireFeature('checkpoint', here, new Map([['here', here]])), {
      code: 'PCH_RUNTIME_CANNOT',
      message: /checkpoint and restore: criu is not installed$/,
      hint: 'no runtime here can: leave it out',
    });
    await requireFeature('pause', here, all);
  });

  it('is looked for again before it is refused: it may have been installed since', async () => {
    const state = { usable: true, path: '', version: '' };
    const late = runtime('late', {
      probe: async ({ again = false } = {}) =>
        again ? state : { ...state, limits: { checkpoint: 'criu is not installed' } },
    });
    await requireFeature('checkpoint', late, new Map([['late', late]]));
  });

  it('may be a value that the runtime itself refuses', async () => {
    const small = runtime('small', {
      refusals: ({ resources }) => (resources.memory ? [{ what: '-m 1g', reason: 'the VM has 512m' }] : []),
    });
    await assert.rejects(checkNeeds(await requested({ resources: { memory: 1 << 30 } }), small, all), {
      code: 'PCH_RUNTIME_CANNOT',
      message: /the runtime small does not give a container -m 1g: the VM has 512m/,
    });
    await checkNeeds(await requested({}), small, all);
  });

  it('is nothing at all if the runtime does not exist', async () => {
    await assert.rejects(usableRuntime('nosuch', all), {
      code: 'PCH_RUNTIME_NOT_FOUND',
      hint: 'known here: vm, missing, runc, crun',
    });
    await assert.rejects(usableRuntime('missing', all), {
      code: 'PCH_RUNTIME_UNUSABLE',
      hint: 'apt-get install missing',
    });
    assert.equal((await usableRuntime('runc', all)).name, 'runc');
  });
});

describe('what a container needs of its runtime', () => {
  const cases: [Parameters<typeof requested>[0], string[]][] = [
    [{}, []],
    [{ tty: true }, ['terminal']],
    [{ network: { mode: 'host' } }, ['hostNetwork']],
    [{ network: { mode: 'container:web' } }, ['joinNamespaces']],
    [{ pidMode: 'container:web' }, ['joinNamespaces']],
    [{ ipcMode: 'host', utsMode: 'host', cgroupnsMode: 'host' }, ['hostIpc', 'hostUts', 'hostCgroup']],
    [{ devices: [{ host: '/dev/null' }] }, ['devices']],
    [{ deviceCgroupRules: ['c 1:3 rwm'] }, ['deviceRules']],
    [{ privileged: true }, ['privileged']],
    [{ securityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] }, ['seccomp']],
    [{ securityOpt: ['seccomp=unconfined'] }, []],
    [{ sysctls: { 'net.ipv4.ip_forward': '1' } }, ['sysctls']],
    [{ rich: { enabled: true, mode: 'systemd' }, usernsMode: 'host' }, ['richSystemd']],
    [{ rich: { enabled: true, mode: 'dumb-init' } }, ['richDumbInit', 'userNamespace', 'idmappedMounts']],
    [
      { volumes: [{ kind: 'bind', source: '/srv', destination: '/srv', options: ['rshared'] }] },
      ['mountPropagation'],
    ],
    [{ volumes: [{ kind: 'bind', source: '/srv', destination: '/srv' }] }, []],
  ];
  for (const [request, needs] of cases)
    it(`${JSON.stringify(request)} → ${needs.join(', ') || 'nothing'}`, async () => {
      assert.deepEqual(needsOf(await requested(request)), needs);
    });
});
