import type { Catalogue } from './catalogue.ts';
import { account } from './fr/account.ts';
import { app } from './fr/app.ts';
import { chats } from './fr/chats.ts';
import { encryption } from './fr/encryption.ts';
import { meetings } from './fr/meetings.ts';
import { room } from './fr/room.ts';

export const fr: Catalogue = { ...app, ...account, ...chats, ...room, ...encryption, ...meetings };
