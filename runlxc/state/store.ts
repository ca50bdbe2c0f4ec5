/** Stores the state of each container: ROOT/ID/state.json, beside a copy of config.json and the files of the plans. */
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { RunlxcError } from '../cli/error.ts';
import { readSpecCopy } from '../spec/load.ts';
import type { Spec } from '../spec/types.ts';
import type { ProcessRef } from './process.ts';

export interface State {
  id: string;
  ociVersion: string;
  bundle: string;
  rootfs: string;
  /** RFC 3339. */
  created: string;
  annotations: Record<string, string>;
  cgroup: string;
  /** The process that creates the container; if it exits before that is done, the create has failed. */
  creator: ProcessRef;
  isCreated: boolean;
  monitor?: ProcessRef;
  init?: ProcessRef;
}

/** @throws RunlxcError if the id is not a valid directory name */
export function checkId(id: string): string {
  if (id === '.' || id === '..' || !/^[\w+.-]+$/.test(id) || id.length > 1024)
    throw new RunlxcError(`invalid container ID format: ${JSON.stringify(id)}`);
  return id;
}

export function containerDir(root: string, id: string): string {
  return join(root, checkId(id));
}

/** Creates a container's directory, which claims the name. */
export function reserve(root: string, id: string): string {
  const dir = containerDir(root, id);
  mkdirSync(root, { recursive: true, mode: 0o700 });
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new RunlxcError('container with given ID already exists');
    throw error;
  }
  return dir;
}

export function release(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
}

/**
 * Replaces the file atomically: a reader finds the old or the new one, even after a crash of this process. No
 * container survives a crash of the host.
 */
export function writeState(dir: string, state: State): void {
  writeAtomically(join(dir, 'state.json'), JSON.stringify(state));
}

export function writeAtomically(file: string, text: string): void {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, file);
}

export function keepSpec(bundle: string, dir: string): void {
  copyFileSync(join(bundle, 'config.json'), join(dir, 'config.json'));
}

export function keptSpec(dir: string): Spec {
  return readSpecCopy(join(dir, 'config.json'));
}

/** @throws RunlxcError if the container does not exist, in runc's words, which tools parse */
export function readState(root: string, id: string): State {
  const state = findState(containerDir(root, id));
  if (!state) throw new RunlxcError('container does not exist');
  return state;
}

/** Returns undefined if the container does not exist, or its create was interrupted before it wrote the state. */
export function findState(dir: string): State | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'state.json'), 'utf8')) as State;
  } catch {
    return undefined;
  }
}

export function allStates(root: string): State[] {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return [];
  }
  return names.flatMap((name) => findState(join(root, name)) ?? []);
}
