import { address, integer, text, yesNo } from './option.ts';

/** The media server of meetings: one that runs elsewhere, or one this server runs. */
export const meetingsSection = {
  title: 'Meetings',
  introduction:
    'Meetings run on LiveKit. With an address, key and secret the server uses the LiveKit you run; otherwise it runs one itself. No public STUN or TURN server is ever used.',
  options: {
    meetings: yesNo('Offer meetings.', { default: undefined, defaultText: 'yes; no in the profile open' }),
    'livekit-url': address('Address of a LiveKit server that runs elsewhere.', {
      default: undefined,
      schemes: ['http', 'https', 'ws', 'wss'],
    }),
    'livekit-key': text('API key of that LiveKit server.', {
      default: undefined,
      secret: true,
      charactersMax: 256,
    }),
    'livekit-secret': text('API secret of that LiveKit server.', {
      default: undefined,
      secret: true,
      charactersMax: 1024,
    }),
    'livekit-binary': text('Path of the livekit-server program to run.', {
      default: undefined,
      defaultText: 'livekit-server on PATH, else the one in .cache, else built once with Go',
      charactersMax: 4096,
    }),
    'livekit-node-ip': text('Address at which browsers reach the media ports of this machine.', {
      default: undefined,
      defaultText: 'the address to listen on, or the first address of this machine',
      pattern: /^(?:[\d.]{7,15}|[\da-fA-F:]{2,45})$/,
      limits: 'an IP address',
    }),
    'livekit-tcp-port': integer('TCP port for media; 0 takes any free one.', {
      default: 7881,
      min: 0,
      max: 65_535,
    }),
    'livekit-udp-port': integer('UDP port for media; 0 takes any free one.', {
      default: 7882,
      min: 0,
      max: 65_535,
    }),
    'turn-udp-port': integer(
      'UDP port of the TURN and STUN server that comes with LiveKit; 0 takes any free one.',
      {
        default: 3478,
        min: 0,
        max: 65_535,
      },
    ),
    'turn-domain': text(
      'Name of the TURN server in its certificate. With a TLS port it turns on TURN over TLS.',
      {
        default: undefined,
        // LiveKit takes none without a dot.
        pattern: /^(?=.{3,253}$)[a-z\d-]+(?:\.[a-z\d-]+)+$/i,
        limits: 'a host name with a dot in it',
      },
    ),
    'turn-tls-port': integer('TCP port of TURN over TLS; 443 passes most firewalls.', {
      default: undefined,
      min: 1,
      max: 65_535,
    }),
    'turn-certificate': text('File with the certificate chain for TURN over TLS.', {
      default: undefined,
      defaultText: 'TLS ends at a balancer before the port',
      charactersMax: 4096,
    }),
    'turn-key': text('File with the private key of that certificate.', {
      default: undefined,
      charactersMax: 4096,
    }),
  },
} as const;
