/** What a test in JavaScript can call beside plans. */
export const aboutHarness =
  ' Its harness plans containers; `harness.verb()`, `route()`, `doctor()` and `metrics()`\ncall what a plugin adds to the command line, the API, `pouch doctor` and the metrics.';

/** README.md of a new plugin. @param test commands that run its tests @param more about the tests */
export function readme(name: string, file: string, test: string, more = ''): string {
  return `# ${name}

A plugin of Pouch: it labels every container with its owner.

\`\`\`sh
${test}
\`\`\`

The test needs neither root nor pouchd.${more}

To deploy it, as root:

\`\`\`sh
pouch plugin validate ${file}
pouch plugin install .
pouch plugin ls
pouch plan run busybox true
\`\`\`

Its options are in /etc/pouch/pouchd.yaml, in an entry with its name; \`pouch plugin reload\` applies them:

\`\`\`yaml
plugins:
  - name: ${name}
    options: { owner: ops }
\`\`\`

Of Pouch's documents, docs/guides/plugins.md explains what a plugin can do, docs/reference/hooks.md each hook point.
`;
}
