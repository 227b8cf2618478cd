// The configuration of LiveKit, written fresh at each start. Nobody but this server makes rooms, and browsers are told of no STUN or
// TURN server but our own.

import { networkInterfaces } from 'node:os';
import { isLoopback } from '../config/configuration.ts';
import type { Configuration } from '../config/configuration.ts';

export interface LivekitPorts {
  readonly signalling: number;
  readonly tcp: number;
  readonly udp: number;
  readonly turnUdp: number;
}

export interface LivekitKeys {
  readonly key: string;
  readonly secret: string;
}

/** The address at which browsers reach this machine's media ports. */
export function nodeAddress(host: string, named: string | undefined): string {
  if (named !== undefined) return named;
  if (host === 'localhost') return '127.0.0.1';
  if (isLoopback(host) || (host !== '0.0.0.0' && host !== '::')) return host;
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);
  return outside?.address ?? '127.0.0.1';
}

/** LiveKit's settings as an object; it reads YAML, of which JSON is a part. */
export function livekitSettings(options: {
  readonly host: string;
  readonly meetings: Configuration['meetings'];
  readonly ports: LivekitPorts;
  readonly keys: LivekitKeys;
  readonly webhookUrl: string;
}): object {
  const { host, meetings, ports, keys } = options;
  const local = isLoopback(host);
  const ip = nodeAddress(host, meetings['livekit-node-ip']);
  const tlsPort = meetings['turn-tls-port'];
  const own = ip.includes(':') ? `${ip}/128` : `${ip}/32`;
  return {
    port: ports.signalling,
    // Browsers come through our own address; LiveKit's is for this machine only.
    bind_addresses: ['127.0.0.1'],
    logging: { level: 'warn', json: true },
    keys: { [keys.key]: keys.secret },
    room: { auto_create: false, empty_timeout: 300, departure_timeout: 20, enable_remote_unmute: false },
    webhook: { api_key: keys.key, urls: [options.webhookUrl] },
    rtc: {
      node_ip: ip,
      // With true LiveKit would ask a public STUN server for the address.
      use_external_ip: false,
      udp_port: ports.udp,
      tcp_port: ports.tcp,
      allow_tcp_fallback: true,
      ...(local ? { enable_loopback_candidate: true, ips: { includes: [own] } } : {}),
    },
    // Its UDP port also answers STUN, which keeps LiveKit from naming public STUN servers to browsers.
    turn: {
      enabled: true,
      bind_addresses: [ip.includes(':') ? '::' : local ? ip : '0.0.0.0'],
      udp_port: ports.turnUdp,
      // Relays reach the media server and nothing else.
      allow_restricted_peer_cidrs: [own],
      ...(tlsPort === undefined
        ? {}
        : {
            domain: meetings['turn-domain'],
            tls_port: tlsPort,
            ...(meetings['turn-certificate'] === undefined
              ? { external_tls: true }
              : { cert_file: meetings['turn-certificate'], key_file: meetings['turn-key'] }),
          }),
    },
  };
}
