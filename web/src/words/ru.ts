import type { Catalogue } from './catalogue.ts';
import { account } from './ru/account.ts';
import { app } from './ru/app.ts';
import { chats } from './ru/chats.ts';
import { encryption } from './ru/encryption.ts';
import { meetings } from './ru/meetings.ts';
import { room } from './ru/room.ts';

export const ru: Catalogue = { ...app, ...account, ...chats, ...room, ...encryption, ...meetings };
