/** The runtimes by which what every one must do is tried. */
export const ociRuntimes = ['runc', 'crun', 'runlxc'] as const;
