/** Begins the value of a draft's namespace that is another container's. The path is known once both run. */
export const joinPrefix = 'container:';
