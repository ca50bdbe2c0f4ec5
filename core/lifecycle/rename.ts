import type { ContainerRecord } from '../../hooks/engine.ts';
import { checkName } from './create.ts';
import { emitContainer, type Kernel, underLock } from './kernel.ts';

export async function rename(kernel: Kernel, record: ContainerRecord, name: string): Promise<void> {
  const wanted = checkName(name.replace(/^\//, ''));
  const reserved = kernel.store.reserve(wanted);
  try {
    await underLock(kernel, record, 'rename', async () => {
      const oldName = record.name;
      await kernel.store.save({ ...record, name: wanted });
      kernel.store.rename(record, wanted);
      emitContainer(kernel, 'rename', record, { oldName });
    });
  } finally {
    reserved.release();
  }
}
