import { account } from './en/account.ts';
import { app } from './en/app.ts';
import { chats } from './en/chats.ts';
import { encryption } from './en/encryption.ts';
import { meetings } from './en/meetings.ts';
import { room } from './en/room.ts';

/** The catalogue that names every text of the app. Plain, short, courteous; no blame, no codes, no exclamation marks. */
export const en = { ...app, ...account, ...chats, ...room, ...encryption, ...meetings } as const;
