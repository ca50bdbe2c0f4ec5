import assert from 'node:assert/strict';
import { parseKataOptions } from '../../../../cli/parse/kataOptions.ts';

describe('--kata-opt', () => {
  it('is an annotation of kata, by a short name or its own', () => {
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

  it('of another form is refused', () => {
    for (const text of ['default_memory=1', 'hypervisor.=1', 'hypervisor.default_memory', 'network.x=1'])
      assert.throws(() => parseKataOptions([text]), { code: 'PCH_OPTION_INVALID' });
  });
});
