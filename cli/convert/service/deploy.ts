import type { ComposeNode } from '../ComposeNode.ts';
import { used, type Words } from '../words.ts';
import { gpuWords } from './gpus.ts';

export function deployWords(deploy: ComposeNode): Words {
  deploy.get('mode').expectOnly('replicated');
  const [limits, reservations] = ['limits', 'reservations'].map((key) => deploy.get('resources').get(key));
  return {
    replicas: deploy.get('replicas').text(),
    cpus: limits!.get('cpus').text(),
    memory: limits!.get('memory').text(),
    'pids-limit': limits!.get('pids').text(),
    'memory-reservation': reservations!.get('memory').text(),
    ...(reservations!.has('devices') && gpuWords(reservations!.get('devices'))),
    restart: restartText(deploy.get('restart_policy')),
    update: updateWords(deploy.get('update_config')),
  };
}

const conditions: Readonly<Record<string, string>> = {
  none: 'no',
  any: 'always',
  'on-failure': 'on-failure',
};

function restartText(policy: ComposeNode): string | undefined {
  if (!policy.isSet) return undefined;
  const condition = policy.get('condition');
  const name = conditions[condition.string() ?? 'any'];
  if (name === undefined) condition.noEquivalent();
  if (name !== 'on-failure') return name;
  const most = policy.get('max_attempts').text();
  return most === undefined ? name : `${name}:${most}`;
}

function updateWords(update: ComposeNode): Words {
  // A replica that does not come up stops the update.
  update.get('failure_action').expectOnly('pause');
  const parallelism = update.get('parallelism').text();
  return used({
    order: update.get('order').text(),
    parallel: parallelism === 0 || parallelism === '0' ? '100%' : parallelism,
  });
}
