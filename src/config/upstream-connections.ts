// By itself, so that a server can give its process this limit before it loads anything.

/** Calls to providers at the same time, in the whole process, where the configuration does not say. */
export const UPSTREAM_CONNECTIONS = 8192;
