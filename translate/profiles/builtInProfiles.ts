/** Profiles that every host has, unless pouchd.yaml has one of the same name. */
import type { Words } from '../words/runOptions.ts';

export const builtInProfiles: Readonly<Record<string, Words>> = {
  // A server of the time before containers: it boots its init, and takes its time to shut down.
  'legacy-vm': {
    rich: true,
    restart: 'unless-stopped',
    'stop-timeout': 120,
    'pids-limit': 8192,
    ulimit: { nofile: '65536:65536' },
  },
  // JVMs before 8u191 size their heap and their threads by the host, and glibc gives each thread an arena.
  'java-legacy': {
    init: true,
    memory: '2g',
    env: { JAVA_TOOL_OPTIONS: '-Xmx1280m -XX:ParallelGCThreads=2', MALLOC_ARENA_MAX: '2', LANG: 'C.UTF-8' },
    ulimit: { nofile: '65536:65536' },
    restart: 'on-failure:5',
    'stop-timeout': 60,
  },
  // Work that yields to services: for CPU time, and when memory runs out.
  batch: {
    init: true,
    restart: 'on-failure:3',
    'cpu-shares': 128,
    'oom-score-adj': 500,
    'pids-limit': 1024,
    'log-opt': { 'max-size': '10m', 'max-file': '3' },
  },
  // The least that a service needs. What it writes goes to volumes and to /tmp and /run.
  hardened: {
    'read-only': true,
    tmpfs: ['/tmp:rw,noexec,nosuid,nodev,size=64m', '/run:rw,noexec,nosuid,nodev,size=16m'],
    'cap-drop': ['ALL'],
    'security-opt': ['no-new-privileges'],
    userns: 'auto',
    'pids-limit': 256,
    ulimit: { core: '0:0' },
  },
  // Debuggers work, the host has a name, and a stop does not take long.
  dev: {
    init: true,
    'cap-add': ['SYS_PTRACE'],
    'add-host': ['host.docker.internal:host-gateway'],
    'stop-timeout': 2,
  },
};
