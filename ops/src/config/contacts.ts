import { address, origins, text } from './option.ts';

/** Whom the server talks to, and whom people talk to. */
export const contactsSection = {
  title: 'Contacts',
  introduction: 'Which other hosts the server may contact, and how people reach its operator.',
  options: {
    'push-gateways': origins(
      'Push gateways that may be told of news for sleeping phones. No other host is ever contacted.',
      { default: [] as readonly string[], defaultText: 'none' },
    ),
    'support-email': text('E-mail address of the operator, shown to everyone.', {
      default: undefined,
      pattern: /^[^\s@<>]+@[^\s@<>]+$/,
      limits: 'an e-mail address',
      charactersMax: 254,
    }),
    'support-page': address('Page with help from the operator, shown to everyone.', {
      default: undefined,
      schemes: ['http', 'https'],
    }),
  },
} as const;
