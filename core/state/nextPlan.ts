/** reconcile.json of a container: the plan that takes the place of plan.json once the record says so. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { ContainerRecord, StoredPlan } from '../../hooks/engine.ts';
import { text, texts } from '../../hooks/schema.ts';
import { writeDurably } from './durable.ts';
import { planForm } from './planFiles.ts';
import { readStored, type StoredForm, toStored } from './stored.ts';

export interface NextPlan {
  /** That of the record with which it holds. */
  reconciledAt: string;
  plan: StoredPlan;
  /** Keys of effects of the create that only the new plan has, and only the old one. */
  added: string[];
  removed: string[];
}

const form: StoredForm<NextPlan> = {
  version: 1,
  schema: Type.Object({ reconciledAt: text, plan: planForm.schema, added: texts, removed: texts }),
};

export async function writeNextPlan({ paths }: ContainerRecord, next: NextPlan): Promise<void> {
  await writeDurably(pathIn(paths.directory), toStored(next, form));
}

/** Undefined if none is under way. A damaged file was not complete, so nothing has followed it. */
export async function readNextPlan({ paths }: ContainerRecord): Promise<NextPlan | undefined> {
  const read = await readStored(pathIn(paths.directory), form);
  return read.state === 'sound' ? read.value : undefined;
}

export async function removeNextPlan({ paths }: ContainerRecord): Promise<void> {
  await rm(pathIn(paths.directory), { force: true });
}

function pathIn(directory: string): string {
  return join(directory, 'reconcile.json');
}
