/**
 * ROOT/containers/ID/roots/N.json: what a container is with its root file system N, while it has another one. Record
 * and plan of one that is about to take the place of the present one are written before the record names it.
 */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Type } from '@sinclair/typebox';
import type { ContainerRecord, StoredPlan } from '../../hooks/engine.ts';
import { ignoreMissing } from '../host/ignoreMissing.ts';
import { recordForm } from './containerRecord.ts';
import { writeDurably } from './durable.ts';
import { planForm } from './planFiles.ts';
import { readStored, type StoredForm, toStored } from './stored.ts';

export interface RootState {
  record: ContainerRecord;
  plan: StoredPlan;
}

const form: StoredForm<RootState> = {
  version: 1,
  schema: Type.Object({ record: recordForm.schema, plan: planForm.schema }),
};

export async function writeRootState(number: number, state: RootState): Promise<void> {
  const directory = directoryOf(state.record);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeDurably(join(directory, nameOf(number)), toStored(state, form));
}

/** Undefined if it does not exist. A damaged file was not complete, so nothing has followed it. */
export async function readRootState(record: ContainerRecord, number: number): Promise<RootState | undefined> {
  const read = await readStored(join(directoryOf(record), nameOf(number)), form);
  return read.state === 'sound' ? read.value : undefined;
}

/** Removes all but those of some numbers. */
export async function keepRootStates(record: ContainerRecord, numbers: readonly number[]): Promise<void> {
  const directory = directoryOf(record);
  const kept = new Set(numbers.map(nameOf));
  const names = (await readdir(directory).catch(ignoreMissing)) ?? [];
  for (const name of names) if (!kept.has(name)) await rm(join(directory, name), { force: true });
  if (kept.size === 0) await rm(directory, { recursive: true, force: true });
}

function directoryOf({ paths }: ContainerRecord): string {
  return join(paths.directory, 'roots');
}

function nameOf(number: number): string {
  return `${number}.json`;
}
