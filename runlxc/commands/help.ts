import { commands } from './index.ts';

export function helpText(): string {
  const verbs = Object.entries(commands).map(([name, { usage }]) => `  ${name} ${usage}`);
  return `runlxc: LXC as an OCI runtime

runlxc [--root DIR] [--log FILE] [--log-format text|json] [--debug] COMMAND

${verbs.sort().join('\n')}
`;
}
