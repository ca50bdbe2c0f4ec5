/** README.md of a new plugin. @param test commands that run its tests */
export function readme(name: string, file: string, test: string): string {
  return `# ${name}

A plugin of Pouch: it labels every container with its owner.

\`\`\`sh
${test}
\`\`\`

The test needs neither root nor pouchd.

To deploy it, copy \`${file}\` to a folder that only root can write to, and add it to /etc/pouch/pouchd.yaml:

\`\`\`yaml
plugins:
  - path: ./plugins/${file}
    options: { owner: ops }
\`\`\`

Then:

\`\`\`sh
pouchd --check-config
systemctl reload pouchd
pouch plugin ls
pouch plan run busybox true
\`\`\`

Of Pouch's documents, docs/guides/plugins.md explains what a plugin can do, docs/reference/hooks.md each hook point.
`;
}
