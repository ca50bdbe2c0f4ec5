import { constants } from 'node:os';
import { isAlive, type ProcessRef, send } from '../state/process.ts';

/** Forwards the signals of a foreground command to a process; returns a function that stops forwarding. */
export function forwardSignals(target: ProcessRef | undefined): () => void {
  const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGCONT'] as const;
  const pass = (signal: (typeof signals)[number]) => {
    if (isAlive(target)) send(target.pid, constants.signals[signal]);
  };
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.off(signal, pass);
  };
}
