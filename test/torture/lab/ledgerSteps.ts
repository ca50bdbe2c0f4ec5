import type { TestPouchd } from '../../support/TestPouchd.ts';

/**
 * The steps that a container's life takes, in an order of their own; the daemon must trace them
 * (bin/daemon/failpoint.ts).
 */
export async function stepsOfLedger(pouchd: TestPouchd): Promise<string[]> {
  const { containers } = pouchd.client;
  const id = await pouchd.runContainer({ Cmd: ['sleep', '1000'], Volumes: { '/etc': {} } }, 'traced');
  await containers.update(id, { PidsLimit: 100 });
  await containers.stop(id, { timeoutSeconds: 0 });
  await containers.start(id);
  await containers.remove(id, { force: true, volumes: true });
  const lines = (await pouchd.log()).split('\n').filter((line) => line.startsWith('ledger-step '));
  return [...new Set(lines.map((line) => line.slice('ledger-step '.length)))].sort();
}
