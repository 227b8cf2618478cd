import { choice, integer, text, yesNo } from './option.ts';

/** Who gets an account, and how fast anyone may ask. */
export const accountsSection = {
  title: 'Accounts',
  introduction: 'Who gets an account, and how fast anyone may ask for things.',
  options: {
    registration: choice(
      'closed: the operator creates accounts. token: with the registration token. open: anyone, with m.login.dummy.',
      ['closed', 'token', 'open'],
      { default: undefined, defaultText: 'closed; open in the profile open' },
    ),
    'registration-token': text('The token for registration by token.', {
      default: undefined,
      secret: true,
      pattern: /^[A-Za-z0-9._~-]{1,64}$/,
      limits: '1 to 64 of the characters A-Z a-z 0-9 . _ ~ -',
      charactersMax: 64,
    }),
    guests: yesNo('Guests without an account may come by a meeting link.', { default: true }),
    'rate-limits': yesNo('Refuse those who ask too fast.', {
      default: undefined,
      defaultText: 'yes; no in the profile open',
    }),
    'password-characters-min': integer('Shortest password that is taken.', {
      default: 8,
      min: 8,
      max: 64,
      unit: 'characters',
    }),
  },
} as const;
