import { choice, yesNo } from './option.ts';

/** Who gets an account, and how fast anyone may ask. */
export const accountsSection = {
  title: 'Accounts',
  introduction: 'Who gets an account, and how fast anyone may ask for things.',
  options: {
    registration: choice(
      'closed: the operator creates accounts, or gives out links that work once. open: anyone, with m.login.dummy.',
      ['closed', 'open'],
      { default: undefined, defaultText: 'closed; open in the profile open' },
    ),
    'rate-limits': yesNo('Refuse those who ask too fast.', {
      default: undefined,
      defaultText: 'yes; no in the profiles demo and open',
    }),
  },
} as const;
