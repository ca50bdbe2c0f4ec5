/** The volume.json of a volume. */
import { type Static, Type } from '@sinclair/typebox';
import { PouchError } from '../../hooks/errors.ts';
import { BlameEntry } from '../../hooks/plan.ts';
import { flag, map, may, text, word } from '../../hooks/schema.ts';
import type { FileText } from '../files/index.ts';
import { parseStored, type Stored, type StoredForm, toStored } from '../state/stored.ts';
import { localDriver } from './VolumeDrivers.ts';

export const recordName = 'volume.json';

const StoredVolume = Type.Object({
  createdAt: text,
  labels: map(text),
  // Missing in files of older versions: there, a generated name marks an anonymous volume.
  anonymous: may(flag),
  // Missing: the volume is a directory.
  driver: may(text),
  options: may(map(text)),
  // The driver's `create` or `remove` is under way, or was cut off.
  unfinished: may(word('create', 'remove')),
  // What plugins changed when it was created.
  blame: may(Type.Array(BlameEntry)),
});
export type StoredVolume = Static<typeof StoredVolume>;

const form: StoredForm<StoredVolume> = { version: 1, schema: StoredVolume };

export function volumeText(volume: StoredVolume): string {
  return toStored(volume, form);
}

/** @throws PCH_FILE_TIMEOUT */
export function storedIn(file: FileText | PouchError | undefined): Stored<StoredVolume> {
  if (file instanceof PouchError) throw file;
  if (!file || 'missing' in file) return { state: 'missing', problem: `${recordName}: not found` };
  if ('refused' in file) return { state: 'damaged', problem: `${recordName}: ${file.refused}` };
  return parseStored(file.text, recordName, form);
}

export function driverNameOf({ driver = localDriver }: Pick<StoredVolume, 'driver'>): string {
  return driver;
}
