/** README.md of a new plugin. */
export function readme(name: string, file: string): string {
  return `# ${name}

A plugin of Pouch: it labels every container with its owner.

\`\`\`sh
npm install
npm test
\`\`\`

The test plans containers with the plugin, without root, pouchd or Linux.

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

docs/guides/plugins.md of Pouch explains what a plugin can do, docs/reference/hooks.md each hook point.
`;
}
