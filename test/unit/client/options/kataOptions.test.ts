import assert from 'node:assert/strict';
import { parseKataOptions } from '../../../../client/options/kataOptions.ts';

describe('--kata-opt', () => {
  it('becomes an annotation of kata, from its short or full name', () => {
    assert.deepEqual(
      parseKataOptions([
        'hypervisor.default_memory=4096',
        'hypervisor.kernel_params=a=b c',
        'agent.enable_tracing=true',
        'config_path=/etc/k.toml',
        'io.katacontainers.container.resource.swappiness=10',
      ]),
      {
        'io.katacontainers.config.hypervisor.default_memory': '4096',
        'io.katacontainers.config.hypervisor.kernel_params': 'a=b c',
        'io.katacontainers.config.agent.enable_tracing': 'true',
        'io.katacontainers.config_path': '/etc/k.toml',
        'io.katacontainers.container.resource.swappiness': '10',
      },
    );
  });

  it('in another form is rejected', () => {
    for (const text of ['default_memory=1', 'hypervisor.=1', 'hypervisor.default_memory', 'network.x=1'])
      assert.throws(() => parseKataOptions([text]), { code: 'PCH_OPTION_INVALID' });
  });
});
