/** Limits per client. Times are in milliseconds, sizes in bytes. */

/** Of a JSON body; the largest real ones (create with a seccomp profile) are about 60 KiB. */
export const maxJsonBody = 1024 * 1024;
/** Of all headers in total; X-Registry-Auth and X-Registry-Config are the longest. */
export const maxHeaderBytes = 64 * 1024;
export const maxHeaders = 200;
/** From the connection's first byte to the end of the headers. */
export const headersTimeoutMs = 10_000;
/** From the connection to the end of the TLS handshake. */
export const handshakeTimeoutMs = 10_000;
/** Of one TCP address, including unauthenticated connections. Unix sockets are not limited. */
export const maxTcpConnections = 500;
/** Of a certificate, key or token file. */
export const maxCredentialBytes = 1024 * 1024;
/** 128 random bits are 32 hexadecimal digits. */
export const minTokenLength = 32;
/** From the end of the headers to the end of a JSON body. */
export const bodyTimeoutMs = 30_000;
/** From an error response to the end of the body that its client still sends. */
export const restTimeoutMs = 60_000;
/** Between two requests on one connection. */
export const keepAliveTimeoutMs = 15_000;
/** Interval at which Node checks the two deadlines. */
export const connectionCheckInterval = 5_000;
/** Time for responses in progress to finish when the surface stops. */
export const stopGrace = 3_000;
/** Of a path parameter (image references are the longest). */
export const maxParameterLength = 1024;
/** Interval at which a stopping surface closes connections that became idle. */
export const sweepInterval = 20;
/** Interval at which a Unix socket with an upgraded connection is checked for a client that has left. */
export const departureCheckMs = 500;
