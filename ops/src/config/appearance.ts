import { defaultAccent, deriveAccent } from '../web-app/accent.ts';
import { colour } from './option.ts';

/** How the web app looks. */
export const appearanceSection = {
  title: 'Appearance',
  introduction: 'How the web app looks to everybody.',
  options: {
    accent: colour(
      'The one colour of actions, links and focus. The dark theme takes its hue; a colour in which text is hard to read is darkened a little.',
      {
        default: defaultAccent,
        limits: `#RRGGBB; dark enough to be read on light grounds, or near it`,
        refusal(given) {
          const derived = deriveAccent(given);
          return 'wanted' in derived ? derived.wanted : undefined;
        },
      },
    ),
  },
} as const;
