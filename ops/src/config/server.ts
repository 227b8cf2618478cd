import { address, choice, integer, text, yesNo } from './option.ts';

/** Where the server listens, what it is called and where it keeps things. */
export const serverSection = {
  title: 'Server',
  introduction: 'Where the server listens, what it is called, and where it keeps what it must not lose.',
  options: {
    port: integer('Port of the one address that serves the app, the Matrix API and meetings.', {
      default: 8008,
      min: 0,
      max: 65_535,
    }),
    host: text(
      'Address to listen on. Anything but loopback makes the server reachable from other machines.',
      {
        default: '127.0.0.1',
        pattern: /^(?:[\d.]+|[\da-fA-F:]+|[a-zA-Z\d](?:[a-zA-Z\d.-]*))$/,
        limits: 'an IP address or host name',
        charactersMax: 253,
      },
    ),
    data: text('Folder for the database, media, keys and logs. It is made when it is missing.', {
      default: './data',
      charactersMax: 4096,
    }),
    'server-name': text(
      'The part behind the colon of every user name. It can never change once there are accounts.',
      {
        default: undefined,
        defaultText: 'localhost:PORT',
        pattern: /^(?:[a-zA-Z\d.-]{1,230}|\[[\da-fA-F:.]{2,45}\])(?::\d{1,5})?$/,
        limits: 'a host name or IP address, with a port if needed; at most 230 characters',
        charactersMax: 236,
      },
    ),
    'public-url': address(
      'Address at which browsers and other servers reach this one, when a proxy stands before it.',
      {
        default: undefined,
        defaultText: 'http://HOST:PORT',
        schemes: ['http', 'https'],
      },
    ),
    'trust-proxy': yesNo(
      'Believe the last entry of X-Forwarded-For, because a proxy of yours on this machine sets it.',
      {
        default: false,
      },
    ),
    profile: choice(
      'demo: accounts and rooms to look at. open: anyone registers, no rate limits, no meetings unless asked for. Both listen on loopback only.',
      ['demo', 'open'],
      { default: undefined },
    ),
    'web-app': yesNo('Serve the web app; without it only the APIs are there.', { default: true }),
    'log-level': choice('Least severity that is logged.', ['debug', 'info', 'warning', 'error'], {
      default: 'info',
    }),
    'log-json': yesNo('Log as JSON lines instead of text.', { default: false }),
  },
} as const;
