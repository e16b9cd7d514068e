// A bad network for a test: a TCP proxy that delays, pauses, cuts and refuses when told to.
export { startTcpProxy } from "./start-tcp-proxy.js";
export type { TcpProxy, TcpProxyOptions } from "./tcp-proxy.js";
